package io.github.pgpubsub.internal.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.delivery.Recipient;
import io.github.pgpubsub.internal.session.Address;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** When a subscription's gap began. The session reports the connection's events in order. */
class BroadcastSubscriptionTest {

    private static final Duration FIRST = Duration.ofMinutes(10);
    private static final Duration DRAIN = Duration.ofSeconds(6);

    private final List<Duration> gaps = new ArrayList<>();
    /** Callbacks to run once the session listens. */
    private final List<Runnable> listening = new ArrayList<>();
    private final BroadcastSubscription broadcast = new BroadcastSubscription(SubscriptionOptions.to("ch").singleListener(false)
            .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build(), Recipient.of(message -> {}), listener(), session(),
            "test",
            BroadcastSubscriptionTest::thread, new WorkerPool("test", BroadcastSubscriptionTest::thread),
            Runnable::run, () -> {});

    @Test
    void aSecondLossDoesNotForgetWhenTheFirstOneBegan() {
        listens();
        broadcast.missed(System.nanoTime() - FIRST.toNanos());
        broadcast.disconnected();
        broadcast.connected(stream());
        broadcast.disconnected();
        listens();

        broadcast.disconnected();
        listens();

        assertThat(gaps).hasSize(2);
        assertThat(gaps.get(0)).isGreaterThanOrEqualTo(FIRST);
        assertThat(gaps.get(1)).isLessThan(FIRST);
    }

    @Test
    void aBreakThatIsOlderThanItsDiscoveryCountsFromItsBeginning() {
        listens();
        broadcast.missed(System.nanoTime() - FIRST.toNanos());
        broadcast.disconnected();
        listens();

        assertThat(gaps).singleElement().satisfies(gap -> assertThat(gap).isGreaterThanOrEqualTo(FIRST));
    }

    /** Listening begins with the server's answer, not with the request. */
    @Test
    void whatIsLostBeforeItEverListenedIsNoLoss() {
        broadcast.connected(stream());
        broadcast.disconnected();
        listens();

        assertThat(gaps).isEmpty();
        assertThat(broadcast.status().counts().gaps()).isZero();
    }

    /** Whoever subscribes anew after its end must tell a gap from there. The session has read nothing since its creation. */
    @Test
    void whatItMayMissBeginsWhereItSurelyReceivedAll() {
        assertThat(broadcast.missesSince()).as("never listened").isNull();
        long before = System.nanoTime();
        listens();
        assertThat(before - broadcast.missesSince()).as("listens, and is behind").isPositive();
        broadcast.missed(before - FIRST.toNanos());
        broadcast.disconnected();
        assertThat(broadcast.missesSince()).as("does not listen").isEqualTo(before - FIRST.toNanos());
    }

    /** Neither the session, which never runs here, nor the handler returns in time. */
    @Test
    void itsEndTakesOneDrainTimeoutAtMost() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        BroadcastSubscription hanging = new BroadcastSubscription(
                SubscriptionOptions.to("ch").singleListener(false).drainTimeout(DRAIN)
                        .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build(),
                Recipient.of(hanging(begun)), new SubscriptionListener() {}, session(), "test",
                BroadcastSubscriptionTest::thread,
                new WorkerPool("test", BroadcastSubscriptionTest::thread), Runnable::run, () -> {});
        hanging.start();
        hanging.connected(stream());
        listening.remove(listening.size() - 1).run();
        begun.await();
        long begin = System.nanoTime();
        hanging.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(DRAIN, DRAIN.multipliedBy(2));
    }

    private static MessageHandler hanging(CountDownLatch begun) {
        return message -> {
            begun.countDown();
            new CountDownLatch(1).await();
        };
    }

    private void listens() {
        broadcast.connected(stream());
        listening.remove(listening.size() - 1).run();
    }

    private SubscriptionListener listener() {
        return new SubscriptionListener() {
            @Override
            public void reconnected(Duration gap) {
                gaps.add(gap);
            }
        };
    }

    /** Only LISTEN is requested. */
    private SessionStream stream() {
        return (SessionStream) Proxy.newProxyInstance(SessionStream.class.getClassLoader(), new Class<?>[] {SessionStream.class},
                (proxy, method, arguments) -> {
                    assertThat(method)
                            .isEqualTo(SessionStream.class.getMethod("listen", Address.class, Subscriber.class, Runnable.class));
                    listening.add((Runnable) arguments[2]);
                    return null;
                });
    }

    /** Never started: the test takes its part. */
    private static Session session() {
        return new Session(new UrlConnectionSource("jdbc:postgresql://127.0.0.1/nowhere", null, null),
                new SessionOptions("test", Duration.ZERO, Duration.ZERO, -1, Duration.ofSeconds(5), Duration.ofSeconds(3),
                        Duration.ofMillis(20), null, new OwnMessages()),
                BroadcastSubscriptionTest::thread);
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
