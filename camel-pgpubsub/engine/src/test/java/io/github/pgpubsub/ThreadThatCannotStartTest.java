package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that could not create one thread at one moment works as before afterwards. */
class ThreadThatCannotStartTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PgPubSub pubSub = PgPubSub
            .to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password())).name("unlucky")
            .threads(this::thread).build();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() {
        pubSub.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"unlucky listen", "unlucky watchdog"})
    void theNextSubscriptionOpensAnotherSession(String name) throws Exception {
        failing.add(name);
        assertThatThrownBy(this::subscribe).isInstanceOf(OutOfMemoryError.class);
        assertThat(failing).isEmpty();
        try (Subscription second = subscribe()) {
            await().until(second::isReceiving);
            await().untilAsserted(() -> assertThat(postgres.backends("unlucky listen")).hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unlucky publish", "unlucky publish timekeeper"})
    void theNextMessageOpensAnotherPublisher(String name) throws Exception {
        failing.add(name);
        assertThatThrownBy(() -> pubSub.publish("ch", "1")).isInstanceOf(OutOfMemoryError.class);
        assertThat(failing).isEmpty();
        pubSub.publish("ch", "2").get();
    }

    private Subscription subscribe() throws Exception {
        return pubSub.subscribe(SubscriptionOptions.to("ch").singleListener(false).build(), message -> {});
    }

    private Thread thread(String name, Runnable task) {
        return new Thread(task, name) {
            @Override
            public synchronized void start() {
                if (failing.remove(name)) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        };
    }
}
