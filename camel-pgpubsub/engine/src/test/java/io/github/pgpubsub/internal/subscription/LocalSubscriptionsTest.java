package io.github.pgpubsub.internal.subscription;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Intake;
import io.github.pgpubsub.internal.delivery.Lease;
import io.github.pgpubsub.internal.delivery.Recipient;
import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.delivery.Workers;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of several subscriptions of one process in one group the first receives, and the next one takes over from it. */
class LocalSubscriptionsTest {

    private final Counters counters = new Counters();
    private final DeliveryQueue queue = new DeliveryQueue(options("any"), Lease.unneeded(), counters, () -> {});
    private final Intake intake = new Intake(queue, options("any"), counters, new SessionThread(Runnable::run));
    private final LocalSubscriptions subscriptions = new LocalSubscriptions(queue, Runnable::run);
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final LocalSubscription first = subscription("first", message -> handled.add("first " + payload(message)));
    private final LocalSubscription second = subscription("second", message -> handled.add("second " + payload(message)));
    private long place;

    @AfterEach
    void letTheThreadsGo() {
        queue.close();
        first.workers().leave();
        second.workers().leave();
    }

    @Test
    void theFirstReceivesAndTheNextGoesOnAfterIt() throws Exception {
        add(first, second);
        intake.open(0);
        put("a");
        awaitHandled("first a");
        assertThat(subscriptions.isActive(first)).isTrue();
        assertThat(subscriptions.isActive(second)).isFalse();
        assertThat(subscriptions.names()).isEqualTo("first, second");

        assertThat(subscriptions.leave(first)).as("another one is there").isFalse();
        put("b");
        awaitHandled("first a", "second b");
        assertThat(subscriptions.isLast(second)).isTrue();
    }

    /** The first subscription finishes the messages it has begun, and then the second gets the others. */
    @Test
    void theNextWaitsForWhatTheFirstHasBegun() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        LocalSubscription slow = subscription("slow", message -> {
            begun.countDown();
            goOn.await();
            handled.add("slow " + payload(message));
        });
        add(slow, second);
        intake.open(0);
        put("a");
        put("b");
        begun.await();
        CompletableFuture<Boolean> left = leaveInBackground(slow);
        assertThat(second.workers().isAlive()).as("two at once").isFalse();
        assertThat(queue.size()).isEqualTo(1);
        goOn.countDown();
        awaitHandled("slow a", "second b");
        assertThat(left.get(60, SECONDS)).isFalse();
    }

    /** The member replaces threads that have ended, and steps aside while there is none, so the hand-over must not fail. */
    @Test
    void theNextGetsItsThreadsLaterIfTheyCannotBeStartedNow() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        LocalSubscription unlucky = subscription("unlucky", message -> handled.add("unlucky " + payload(message)),
                (name, task) -> new Thread(task, name) {
                    @Override
                    public synchronized void start() {
                        if (getName().endsWith(" worker") && fails.getAndSet(false)) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                        super.start();
                    }
                });
        add(first, unlucky);
        intake.open(0);
        put("a");
        awaitHandled("first a");
        // An OutOfMemoryError would end the JVM of the tests.
        assertThatCode(() -> subscriptions.leave(first)).doesNotThrowAnyException();
        put("b");
        assertThat(subscriptions.isDeserted()).isTrue();
        subscriptions.replaceEndedThreads();
        awaitHandled("first a", "unlucky b");
        assertThat(subscriptions.isDeserted()).isFalse();
        unlucky.workers().leave();
    }

    @Test
    void oneThatDoesNotReceiveJustGoes() throws Exception {
        add(first, second);
        assertThat(subscriptions.leave(second)).isFalse();
        assertThat(subscriptions.isLast(first)).isTrue();
        await().until(first.workers()::isAlive);
    }

    @Test
    void afterTheLastNobodyIsLetIn() throws Exception {
        add(first);
        assertThat(subscriptions.leave(first)).isTrue();
        assertThat(subscriptions.add(second)).isFalse();
        assertThat(subscriptions.isActive(first)).as("its messages are finished first").isTrue();
    }

    @Test
    void allAreToldInTheirOrder() {
        add(first, second);
        subscriptions.failed(new IllegalStateException("lost"));
        subscriptions.gaveUp(new IllegalStateException("over"));
        assertThat(told).containsExactly("first failed", "second failed", "first gave up", "second gave up");
    }

    @Test
    void theActiveOnesWishCounts() throws Exception {
        LocalSubscription filtering = new LocalSubscription(SubscriptionOptions.to("ch").filtered(true)
                .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build(), listener("filtering"), first.workers());
        add(filtering, second);
        assertThat(subscriptions.filtered()).isTrue();
        subscriptions.leave(filtering);
        assertThat(subscriptions.filtered()).isFalse();
    }

    private void add(LocalSubscription... all) {
        for (LocalSubscription each : all) {
            assertThat(subscriptions.add(each)).isTrue();
        }
    }

    private CompletableFuture<Boolean> leaveInBackground(LocalSubscription subscription) {
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                left.complete(subscriptions.leave(subscription));
            } catch (InterruptedException e) {
                left.completeExceptionally(e);
            }
        }, "test leaves");
        thread.setDaemon(true);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return left;
    }

    private void put(String payload) {
        intake.put(new Entry<>(place++, new Notification("ch", payload, 1, false), null, false, null));
        intake.flush();
    }

    private void awaitHandled(String... messages) {
        await().untilAsserted(() -> assertThat(handled).containsExactly(messages));
    }

    private static String payload(Message message) {
        return ((Message.Notification) message).payload();
    }

    private LocalSubscription subscription(String name, MessageHandler handler) {
        return subscription(name, handler, LocalSubscriptionsTest::thread);
    }

    private LocalSubscription subscription(String name, MessageHandler handler, BiFunction<String, Runnable, Thread> threads) {
        SubscriptionOptions options = options(name);
        SubscriptionListener listener = listener(name);
        return new LocalSubscription(options, listener,
                new Workers(queue, Recipient.of(handler), listener, counters, options, new WorkerPool("test " + name, threads)));
    }

    private SubscriptionListener listener(String name) {
        return new SubscriptionListener() {
            @Override
            public void failed(Exception failure) {
                told.add(name + " failed");
            }

            @Override
            public void gaveUp(Exception failure) {
                told.add(name + " gave up");
            }
        };
    }

    private static SubscriptionOptions options(String name) {
        return SubscriptionOptions.to("ch").name(name).memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build();
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
