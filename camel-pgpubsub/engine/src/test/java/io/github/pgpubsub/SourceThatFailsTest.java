package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session continues, whatever its source of connections throws or leaves behind. */
class SourceThatFailsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final AtomicInteger attempts = new AtomicInteger();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);

    @Test
    void anErrorIsFollowedByAnotherAttempt() throws Exception {
        go.countDown();
        try (PgPubSub pubSub = listening(attempt -> {
            if (attempt % 2 == 1) {
                throw new NoClassDefFoundError("no such class at attempt " + attempt);
            }
            Thread.currentThread().interrupt();
        }); Subscription subscription = pubSub.subscribe(SubscriptionOptions.of("ch"), handler(), listener())) {
            await().until(subscription::isReceiving);
            int backend = subscription.status().session().backend();
            postgres.strings("select pg_terminate_backend(?)::text", backend);
            await().until(() -> receivesAgain(subscription, backend));
            postgres.strings("select pg_notify('ch', 'after')");
            await().untilAsserted(() -> assertThat(handled).containsExactly("after"));
        }
    }

    /** The session asks for the second connection while a queue is full. */
    @Test
    void aSecondConnectionThatFailsLeavesTheFirstOneAlone() throws Exception {
        try (PgPubSub pubSub = listening(attempt -> {
            if (attempt > 1) {
                throw new IllegalStateException("no second one");
            }
        });
                Subscription subscription = pubSub.subscribe(SubscriptionOptions.to("ch").queueSize(10).build(), handler(),
                        listener())) {
            await().until(subscription::isReceiving);
            postgres.strings("select count(pg_notify('ch', n::text)) from generate_series(1, 500) n");
            await().until(() -> attempts.get() > 1);
            go.countDown();
            await().untilAsserted(() -> assertThat(handled)
                    .isEqualTo(IntStream.rangeClosed(1, 500).mapToObj(String::valueOf).toList()));
            assertThat(subscription.status().session().reconnects()).isZero();
        }
    }

    /** The backend is looked at first: until the loss is noticed, the former connection counts as receiving. */
    private static boolean receivesAgain(Subscription subscription, int former) {
        int backend = subscription.status().session().backend();
        return backend != 0 && backend != former && subscription.isReceiving();
    }

    private PgPubSub listening(IntConsumer fault) {
        ConnectionSource source = new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
        return PgPubSub.to(new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                fault.accept(attempts.incrementAndGet());
                return source.open();
            }

            @Override
            public boolean pooled() {
                return false;
            }
        }).build();
    }

    private MessageHandler handler() {
        return message -> {
            if (message instanceof Message.Notification notification) {
                go.await();
                handled.add(notification.payload());
            }
        };
    }

    private static SubscriptionListener listener() {
        return new SubscriptionListener() {
            @Override
            public void failed(Exception failure) {
                throw new IllegalStateException("and so does the handler", failure);
            }
        };
    }
}
