package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The threads of a handler end at once, and meanwhile the queue fills, so that the session stops reading. */
class ThreadsThatEndTest {

    private static final int COUNT = 200;
    private static final List<String> ALL = IntStream.rangeClosed(1, COUNT).mapToObj(String::valueOf).toList();

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PgPubSub pubSub = PgPubSub.to(source()).threads(this::mortal).build();
    private final PgPubSub sound = PgPubSub.to(source()).build();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private volatile boolean threadsDie;

    @AfterEach
    void close() {
        threadsDie = false;
        pubSub.close();
        sound.close();
    }

    @Test
    void aBroadcastGetsNewThreadsAlthoughItsQueueIsFull() throws Exception {
        threadsDie = true;
        try (Subscription only = pubSub.subscribe(options().singleListener(false).build(), handler())) {
            send();
            soon(() -> assertThat(only.status().session().waitsFor()).isNotNull());
            threadsDie = false;
            soon(() -> assertThat(handled).isEqualTo(ALL));
        }
    }

    @Test
    void aLeaderGetsNewThreadsAlthoughItsQueueIsFull() throws Exception {
        try (Subscription first = pubSub.subscribe(options().build(), message -> {});
                Subscription next = pubSub.subscribe(options().build(), handler())) {
            soon(() -> assertThat(first.isReceiving()).isTrue());
            threadsDie = true;
            first.close();
            send();
            soon(() -> assertThat(next.status().session().waitsFor()).isNotNull());
            threadsDie = false;
            soon(() -> assertThat(handled).isEqualTo(ALL));
        }
    }

    @Test
    void aLeaderWithoutThreadsAndWithAFullQueueHandsOver() throws Exception {
        try (Subscription first = pubSub.subscribe(options().build(), message -> {});
                Subscription next = pubSub.subscribe(options().build(), message -> {});
                Subscription standby = sound.subscribe(options().build(), handler())) {
            soon(() -> assertThat(first.isReceiving()).isTrue());
            soon(() -> assertThat(first.status().group().inStep()).isTrue());
            threadsDie = true;
            first.close();
            send();
            soon(() -> assertThat(standby.isReceiving()).isTrue());
            soon(() -> assertThat(handled).isEqualTo(ALL));
            assertThat(next.isReceiving()).isFalse();
            threadsDie = false;
        }
    }

    /** A thread of a handler that ends as soon as it is started. */
    private Thread mortal(String name, Runnable task) {
        return new Thread(() -> {
            if (!threadsDie || !name.endsWith(" ch")) {
                task.run();
            }
        }, name);
    }

    private static SubscriptionOptions.Builder options() {
        return SubscriptionOptions.to("ch").queueSize(10);
    }

    private MessageHandler handler() {
        return message -> {
            if (message instanceof Message.Notification notification) {
                handled.add(notification.payload());
            }
        };
    }

    private static void send() throws Exception {
        postgres.strings("select count(pg_notify('ch', n::text)) from generate_series(1, ?) n", COUNT);
    }

    private static void soon(ThrowingRunnable assertion) {
        await().untilAsserted(assertion);
    }

    private static UrlConnectionSource source() {
        return new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
    }
}
