package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ends of a subscription that are requested more than once, at a bad time, or by a thread that the end waits for. */
class SubscriptionEndTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
            .name("ends").threads(this::thread).build();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);

    @AfterEach
    void close() {
        go.countDown();
        pubSub.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closedTwiceItLeavesTheSessionToTheOthers(boolean singleListener) throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        Subscription first = subscribe("one", singleListener, payload -> {});
        Subscription second = subscribe("two", singleListener, handled::add);
        first.close();
        first.close();
        send("two", 1);
        soon(() -> assertThat(handled).containsExactly("1"));
        assertThat(second.isReceiving()).isTrue();
        second.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closedInAnInterruptedThreadItIsClosed(boolean singleListener) throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        Subscription first = subscribe("ch", singleListener, payload -> {});
        Subscription second = subscribe("ch", singleListener, handled::add);
        Thread.currentThread().interrupt();
        first.close();
        assertThat(Thread.interrupted()).as("its interrupt is kept").isTrue();
        soon(() -> assertThat(second.isReceiving()).isTrue());
        send("ch", 1);
        soon(() -> assertThat(handled).containsExactly("1"));
        second.close();
        soon(() -> assertThat(postgres.backends("ends listen")).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoClosesWhileAnotherDoesWaitsForTheEnd(boolean singleListener) throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        Subscription subscription = subscribe("ch", singleListener, payload -> {
            begun.countDown();
            go.await();
            handled.add(payload);
        });
        send("ch", 3);
        begun.await();
        Thread one = new Thread(subscription::close);
        Thread two = new Thread(subscription::close);
        one.start();
        two.start();
        soon(() -> assertThat(List.of(one, two)).allMatch(each -> each.getState() == Thread.State.WAITING));
        go.countDown();
        one.join();
        two.join();
        assertThat(handled).containsExactly("1", "2", "3");
        soon(() -> assertThat(postgres.backends("ends listen")).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closedByItsHandlerItHandlesWhatItHasTakenIn(boolean singleListener) throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        List<String> next = new CopyOnWriteArrayList<>();
        AtomicReference<Subscription> self = new AtomicReference<>();
        self.set(subscribe("ch", singleListener, payload -> {
            if (payload.equals("1")) {
                go.await();
                self.get().close();
            }
            handled.add(payload);
        }));
        send("ch", 3);
        soon(() -> assertThat(self.get().status().queued()).isEqualTo(2));
        go.countDown();
        soon(() -> assertThat(handled).containsExactly("1", "2", "3"));
        try (Subscription successor = subscribe("ch", singleListener, next::add)) {
            soon(() -> assertThat(successor.isReceiving()).isTrue());
            send("ch", 1);
            soon(() -> assertThat(next).containsExactly("1"));
            assertThat(handled).containsExactly("1", "2", "3");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closedAfterItsConnectionsItEndsAtOnce(boolean singleListener) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Subscription subscription = subscribe("ch", singleListener, payload -> {
            begun.countDown();
            go.await();
        });
        send("ch", 3);
        begun.await();
        pubSub.close();
        go.countDown();
        long begin = System.nanoTime();
        subscription.close();
        // It would wait for the drainTimeout of 20 s.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }

    /**
     * As if memory was lacking for it. The message that has begun never ends, so the end would wait for it; and another subscription keeps
     * the session.
     */
    @Test
    void anEndThatFailsLetsOthersLead() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Subscription another = subscribe("another", false, payload -> {});
        Subscription subscription = subscribe("ch", true, payload -> {
            begun.countDown();
            go.await();
        });
        send("ch", 1);
        begun.await();
        try (PgPubSub other = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password())).build();
                Subscription standby = other.subscribe("ch", message -> {})) {
            var end = subscription.end(Duration.ZERO);
            soon(() -> assertThat(threads).anyMatch(
                    each -> each.getName().endsWith(" end") && each.getState() == Thread.State.TIMED_WAITING));
            threads.stream().filter(each -> each.getName().endsWith(" end")).forEach(Thread::interrupt);
            end.join();
            soon(() -> assertThat(standby.isReceiving()).isTrue());
            assertThat(another.isReceiving()).isTrue();
            assertThat(another.status().session().reconnects()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEndIsTakenBackAndNothingIsMissed(boolean singleListener) throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        Subscription subscription = subscribe("ch", singleListener, payload -> {
            begun.countDown();
            go.await();
            handled.add(payload);
        });
        send("ch", 2);
        begun.await();
        var end = subscription.end(Duration.ofMinutes(1));
        send("ch", 2);
        soon(() -> assertThat(subscription.status().queued()).isEqualTo(3));
        assertThat(subscription.goOn()).isTrue();
        go.countDown();
        soon(() -> assertThat(handled).containsExactly("1", "2", "1", "2"));
        assertThat(end).isNotDone();
        subscription.close();
        assertThat(end).isDone();
        assertThat(subscription.goOn()).isFalse();
    }

    private Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private Subscription subscribe(String channel, boolean singleListener, Handler handler) throws Exception {
        Subscription subscription = pubSub.subscribe(
                SubscriptionOptions.to(channel).singleListener(singleListener).drainTimeout(Duration.ofSeconds(20)).build(),
                message -> {
                    if (message instanceof Message.Notification notification) {
                        handler.handle(notification.payload());
                    }
                });
        return subscription;
    }

    private static void send(String channel, int count) throws Exception {
        postgres.strings("select count(pg_notify('" + channel + "', n::text)) from generate_series(1, ?) n", count);
    }

    private static void soon(ThrowingRunnable assertion) {
        await().untilAsserted(assertion);
    }

    /** Processes a payload. */
    private interface Handler {
        void handle(String payload) throws Exception;
    }
}
