package io.github.pgpubsub.internal.log.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.internal.publish.PublisherOptions;
import io.github.pgpubsub.support.JustUsed;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A send that succeeded is in the log once, one that failed is not there, and none is unknown while the server answers. */
class KnownOutcomesTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int SENDERS = 16;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final ExecutorService callbacks = Executors.newCachedThreadPool();
    private Proxy proxy;
    private Publisher<OutgoingKept> publisher;

    @BeforeEach
    void start() {
        proxy = new Proxy(postgres.server());
        publisher = new Publisher<>(
                new UrlConnectionSource("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database(),
                        postgres.user(), postgres.password()),
                new PublisherOptions("kept", Duration.ofMillis(10), Duration.ofMillis(100), 512, 10_000, null),
                new LogStatement(new LogSchema("pgpubsub"), new LogQueries("pgpubsub"), true, UUID.randomUUID()),
                (purpose, task) -> new Thread(task, purpose), callbacks);
        publisher.start();
    }

    @AfterEach
    void stop() {
        publisher.close();
        proxy.close();
        callbacks.shutdown();
    }

    private record Sent(String id, Exception failure) {}

    private CompletableFuture<Sent> send(String payload, Duration timeout) {
        CompletableFuture<Sent> outcome = new CompletableFuture<>();
        publisher.publish(new OutgoingKept("orders", "k", payload, null, "{\"a\": 1}", System.nanoTime() + timeout.toNanos(),
                (id, failure) -> outcome.complete(new Sent(id, failure))));
        return outcome;
    }

    private static Sent get(CompletableFuture<Sent> outcome) throws Exception {
        return outcome.get(60, TimeUnit.SECONDS);
    }

    @Test
    void theIdIsThatOfTheRow() throws Exception {
        Sent sent = get(send("hello", TIMEOUT));
        assertThat(sent.failure()).isNull();
        assertThat(postgres.strings("select channel || key || payload || headers from pgpubsub.message where id || '-' ||"
                + " (extract(epoch from at) * 1000000)::bigint = ?", sent.id())).containsExactly("orderskhello{\"a\": 1}");
    }

    @Test
    @Tag("long")
    void theBackendsEndAndTheConnectionsAreCutAllTheTime() throws Exception {
        Map<String, Sent> outcomes = new ConcurrentHashMap<>();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            String name = "sender" + i;
            senders.add(new Thread(() -> sendUntil(over, name, outcomes), name));
        }
        senders.forEach(Thread::start);
        Random random = new Random(1);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        int faults = 0;
        while (end - System.nanoTime() > 0) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(60));
            switch (random.nextInt(4)) {
                case 0 -> proxy.reset();
                case 1 -> proxy.cut();
                case 2 -> {
                    // What has been sent is on its way and arrives after the connection was given up.
                    proxy.stall();
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
                    proxy.reset();
                    proxy.resume();
                }
                default -> postgres.backends("kept%").forEach(postgres::terminate);
            }
            faults++;
        }
        over.set(true);
        for (Thread sender : senders) {
            sender.join(TimeUnit.SECONDS.toMillis(60));
            assertThat(sender.isAlive()).isFalse();
        }
        assertThatTheLogAgrees(outcomes);
        System.out.println("figures: kept sends " + outcomes.size() + ", faults " + faults + ", failed "
                + outcomes.values().stream().filter(each -> each.failure() != null).count());
    }

    private void sendUntil(AtomicBoolean over, String name, Map<String, Sent> outcomes) {
        try {
            for (int i = 0; !over.get(); i++) {
                String payload = name + "-" + i;
                outcomes.put(payload, get(send(payload, TIMEOUT)));
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertThatTheLogAgrees(Map<String, Sent> outcomes) {
        assertThat(outcomes.values()).noneMatch(each -> each.failure() instanceof UnknownOutcomeException);
        List<String> kept = postgres.strings("select payload || ' ' || id || '-' || (extract(epoch from at) * 1000000)::bigint"
                + " from pgpubsub.message where payload like 'sender%'");
        Set<String> expected = new HashSet<>();
        outcomes.forEach((payload, sent) -> {
            if (sent.failure() == null) {
                expected.add(payload + " " + sent.id());
            }
        });
        assertThat(kept).doesNotHaveDuplicates().hasSameSizeAs(expected);
        assertThat(new HashSet<>(kept)).isEqualTo(expected);
    }

    private void useConnection() throws Exception {
        JustUsed.by(() -> assertThat(get(send("use", TIMEOUT)).failure()).isNull());
    }

    /** The answer does not come in time: the connection is given up, and the log says that the message is there. */
    @Test
    void anAnswerThatDoesNotComeIsFoundOut() throws Exception {
        useConnection();
        proxy.stall();
        CompletableFuture<Sent> outcome = send("s-stalled", Duration.ofSeconds(3));
        // Longer than the message may take. That its sender is told nothing has no condition to wait for.
        TimeUnit.MILLISECONDS.sleep(3500);
        assertThat(outcome).isNotDone();
        proxy.resume();

        Sent sent = get(outcome);
        long there = postgres.number("select count(*) from pgpubsub.message where payload = 's-stalled'");
        assertThat(sent.failure() instanceof UnknownOutcomeException).isFalse();
        assertThat(there).isEqualTo(sent.failure() == null ? 1 : 0);
    }

    @Test
    @Tag("long")
    void onlyAServerThatIsNotThereLeavesAnOutcomeUnknown() throws Exception {
        useConnection();
        proxy.stall();
        Sent sent = get(send("s-lost", Duration.ofSeconds(3)));
        assertThat(sent.failure()).isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("message may have been sent");
        proxy.resume();
    }
}
