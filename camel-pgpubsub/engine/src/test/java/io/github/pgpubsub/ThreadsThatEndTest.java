package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Threads that are to handle messages end at once, and meanwhile the queue fills, so that the session stops reading. */
class ThreadsThatEndTest {

    private static final int COUNT = 200;
    /** More than there are threads. */
    private static final int BLOCKED = 50;
    private static final List<String> ALL = IntStream.rangeClosed(1, COUNT).mapToObj(String::valueOf).toList();

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PgPubSub pubSub = PgPubSub.to(source()).threads(this::mortal).build();
    private final PgPubSub sound = PgPubSub.to(source()).build();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile boolean threadsDie;

    @AfterEach
    void close() {
        threadsDie = false;
        goOn.countDown();
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
                Subscription next = pubSub.subscribe(options().build(), handler());
                Subscription unused = blocked()) {
            soon(() -> assertThat(first.isReceiving()).isTrue());
            threadsDie = true;
            holdAllThreads(first);
            first.close();
            send();
            soon(() -> assertThat(next.status().session().waitsFor()).isNotNull());
            threadsDie = false;
            soon(() -> assertThat(handled).isEqualTo(ALL));
            goOn.countDown();
        }
    }

    @Test
    void aLeaderWithoutThreadsAndWithAFullQueueHandsOver() throws Exception {
        try (Subscription first = pubSub.subscribe(options().build(), message -> {});
                Subscription next = pubSub.subscribe(options().build(), message -> {});
                Subscription standby = sound.subscribe(options().build(), handler());
                Subscription unused = blocked()) {
            soon(() -> assertThat(first.isReceiving()).isTrue());
            soon(() -> assertThat(first.status().group().inStep()).isTrue());
            threadsDie = true;
            holdAllThreads(first);
            first.close();
            send();
            soon(() -> assertThat(standby.isReceiving()).isTrue());
            soon(() -> assertThat(handled).isEqualTo(ALL));
            assertThat(next.isReceiving()).isFalse();
            threadsDie = false;
            goOn.countDown();
        }
    }

    /** A thread that is to handle messages and ends as soon as it is started. */
    private Thread mortal(String name, Runnable task) {
        return new Thread(() -> {
            if (!threadsDie || !name.endsWith(" worker")) {
                task.run();
            }
        }, name);
    }

    /** A subscription whose handler holds each thread of the pool. */
    private Subscription blocked() throws Exception {
        return pubSub.subscribe(SubscriptionOptions.to("blocked").singleListener(false).concurrency(BLOCKED).build(), message -> {
            if (message instanceof Message.Notification) {
                goOn.await();
            }
        });
    }

    /** @param idle handles nothing, so it has no thread, and soon could get none */
    private static void holdAllThreads(Subscription idle) throws Exception {
        postgres.strings("select count(pg_notify('blocked', n::text)) from generate_series(1, ?) n", BLOCKED);
        soon(() -> assertThat(idle.status().trouble()).startsWith("No thread is left"));
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
