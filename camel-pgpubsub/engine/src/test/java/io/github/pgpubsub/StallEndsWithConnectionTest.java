package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A route stands still, and its connection ends: the gap begins when the session had last read everything, not at the end. */
class StallEndsWithConnectionTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicReference<Message.Gap> gap = new AtomicReference<>();
    private final AtomicReference<Connection> connection = new AtomicReference<>();

    /** As a pool does that takes the connection for a leak. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theGapHasTheWholeStall(boolean singleListener) throws Exception {
        try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
                .customizer(each -> connection.compareAndSet(null, each)).build();
                Subscription subscription = pubSub.subscribe(SubscriptionOptions.to("stall").queueSize(10)
                        .singleListener(singleListener).build(), this::standStill)) {
            await().until(subscription::isReceiving);
            long begin = System.nanoTime();
            postgres.strings("select count(pg_notify('stall', rpad(n::text, 4000))) from generate_series(1, 500) n");
            await().until(() -> subscription.status().session().waitsFor() != null);
            // A time and no condition: the gap must tell how long the stall was, so it has to be longer than any delay of the machine.
            Thread.sleep(2000);
            connection.get().close();
            go.countDown();
            await().until(() -> gap.get() != null);
            assertThat(gap.get().missed()).isBetween(Duration.ofSeconds(2),
                    Duration.ofNanos(System.nanoTime() - begin).plusSeconds(2));
        }
    }

    private void standStill(Message message) throws InterruptedException {
        if (message instanceof Message.Gap told && !told.first()) {
            gap.compareAndSet(null, told);
        } else if (message instanceof Message.Notification) {
            go.await();
        }
    }
}
