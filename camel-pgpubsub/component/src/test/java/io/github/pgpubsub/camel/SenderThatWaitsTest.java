package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A thread that waits for its exchange commits the message itself; a thread that does not wait is not blocked. */
@Timeout(120)
class SenderThatWaitsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<Thread> continued = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Exchange>> sentInside = new CopyOnWriteArrayList<>();
    private final Proxy proxy = new Proxy(postgres.server());
    private CamelWithPostgres camel;

    @BeforeEach
    void start() throws Exception {
        camel = new CamelWithPostgres(postgres);
        camel.configuration().setUrl("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database());
        camel.route(route -> route.from("direct:in").to("pgpubsub:in")
                .process(exchange -> continued.add(Thread.currentThread())))
                .route(route -> route.from("direct:outer")
                        .process(exchange -> sentInside.add(asyncSend("pgpubsub:in", "inside"))))
                .start();
        camel.send("direct:in", "opens the connection");
    }

    @AfterEach
    void stop() {
        proxy.resume();
        camel.close();
        proxy.close();
    }

    @Test
    void theRouteOfAnExchangeThatIsAwaitedStaysOnItsThread() {
        Awaitility.await().untilAsserted(() -> {
            camel.send("direct:in", "hello");
            assertThat(continued).last().isSameAs(Thread.currentThread());
        });
    }

    @Test
    void asynchronousSendersAreNotBlocked() throws Exception {
        proxy.stall();
        List<CompletableFuture<Exchange>> sent = List.of(asyncSend("direct:in", "1"),
                asyncSend("pgpubsub:in", "2"));
        assertThat(sent).noneMatch(CompletableFuture::isDone);
        proxy.resume();

        for (CompletableFuture<Exchange> each : sent) {
            assertThat(each.get().getException()).isNull();
        }
    }

    /** The thread waits for another exchange. */
    @Test
    void norThoseThatSendFromWithinAnAwaitedExchange() throws Exception {
        proxy.stall();
        camel.send("direct:outer", "outer");
        assertThat(sentInside).hasSize(1).noneMatch(CompletableFuture::isDone);
        proxy.resume();

        assertThat(sentInside.get(0).get().getException()).isNull();
    }

    /** On this thread, other than asyncSendBody. */
    private CompletableFuture<Exchange> asyncSend(String uri, String body) {
        return camel.template().asyncSend(uri, exchange -> exchange.getMessage().setBody(body));
    }
}
