package io.github.pgpubsub.internal.subscription;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.BufferLimit;
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
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A subscription ends once, whoever requests the end; within its grace the end can be revoked. */
class EndTest {

    private static final SubscriptionOptions OPTIONS = SubscriptionOptions.to("ch").concurrency(2)
            .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build();
    private static final long LONG = Duration.ofMinutes(5).toNanos();

    private final DeliveryQueue queue = new DeliveryQueue(OPTIONS, Lease.unneeded(), new Counters(), () -> {});
    private final Intake intake = new Intake(queue, OPTIONS, new Counters(), new SessionThread(Runnable::run));
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final Workers workers = new Workers(queue, Recipient.of(message -> {
        begun.countDown();
        finish.await();
    }), new SubscriptionListener() {}, new Counters(), OPTIONS, new WorkerPool("test", EndTest::thread));
    private final List<String> ended = new CopyOnWriteArrayList<>();

    @AfterEach
    void letTheThreadsGo() {
        finish.countDown();
        queue.close();
        workers.leave();
    }

    @Test
    void itComesOnce() throws Exception {
        End end = end(EndTest::thread);
        CompletableFuture<Void> done = end.begin(0);
        assertThat(end.begin(0)).isSameAs(done);
        done.get(60, SECONDS);
        end.begin(LONG).get(60, SECONDS);
        assertThat(ended).containsExactly("test end");
        assertThat(end.takeBack()).isFalse();
    }

    /** It may be asked for in the next moment, by a thread that has already decided to. */
    @Test
    void whatNobodyHasAskedForCanNotBeTakenBack() throws Exception {
        End end = end(EndTest::thread);
        assertThat(end.takeBack()).isFalse();
        end.begin(0).get(60, SECONDS);
    }

    @Test
    void aGraceEndsWhenNothingIsHandledAnyMore() throws Exception {
        aMessageIsHandled();
        CompletableFuture<Void> done = end(EndTest::thread).begin(LONG);
        assertThat(done).isNotDone();
        assertThat(ended).isEmpty();
        finish.countDown();
        done.get(60, SECONDS);
        assertThat(ended).hasSize(1);
    }

    /** Although a second thread is idle. */
    @Test
    void nothingBeginsDuringAGrace() throws Exception {
        aMessageIsHandled();
        End end = end(EndTest::thread);
        end.begin(LONG);
        put(1);
        await().during(Duration.ofMillis(200)).until(() -> queue.size() == 1);
        assertThat(end.takeBack()).isTrue();
        await().until(() -> queue.size() == 0);
    }

    /** The subscriptions of one member share a queue. */
    @Test
    void theEndOfAnotherSubscriptionLetsNothingBegin() throws Exception {
        aMessageIsHandled();
        End end = end(EndTest::thread);
        end.begin(LONG);
        put(1);
        end(EndTest::thread).begin(0).get(60, SECONDS);
        await().during(Duration.ofMillis(200)).until(() -> queue.size() == 1);
        assertThat(end.takeBack()).isTrue();
        await().until(() -> queue.size() == 0);
    }

    @Test
    void whatIsTakenBackNeverComesAndMayBeAskedForAgain() throws Exception {
        aMessageIsHandled();
        End end = end(EndTest::thread);
        CompletableFuture<Void> done = end.begin(LONG);
        assertThat(end.takeBack()).isTrue();
        finish.countDown();
        put(1);
        await().until(() -> queue.size() == 0 && !queue.isAnyBegun());
        assertThat(done).isNotDone();
        assertThat(ended).isEmpty();

        end.begin(0);
        done.get(60, SECONDS);
        assertThat(ended).hasSize(1);
    }

    @Test
    void whoEndsAtOnceDoesNotWaitForTheGraceOfAnother() throws Exception {
        aMessageIsHandled();
        End end = end(EndTest::thread);
        end.begin(LONG);
        end.begin(0).get(60, SECONDS);
        assertThat(ended).hasSize(1);
        assertThat(end.takeBack()).isFalse();
    }

    @Test
    void withoutAThreadTheCallerDoesIt() {
        End end = end((name, task) -> {
            throw new OutOfMemoryError("no thread");
        });
        assertThat(end.begin(LONG)).isDone();
        assertThat(ended).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void aFailureIsAnEndToo() throws Exception {
        End end = new End("test end", EndTest::thread, queue::hold, queue::isAnyBegun, () -> {
            throw new IllegalStateException("no end");
        });
        end.begin(0).get(60, SECONDS);
    }

    /** The application may lack memory while it stops. */
    @ParameterizedTest
    @ValueSource(strings = {"holding back", "looking", "letting go"})
    void aLackOfMemoryDelaysTheEnd(String when) throws Exception {
        Set<String> lacking = ConcurrentHashMap.newKeySet();
        lacking.add(when);
        End end = new End("test end", EndTest::thread, held -> {
            failOnce(lacking, held ? "holding back" : "letting go");
            queue.hold(held);
        }, () -> {
            failOnce(lacking, "looking");
            return queue.isAnyBegun();
        }, () -> ended.add("end"));
        aMessageIsHandled();
        CompletableFuture<Void> done = beginAgain(end, LONG);
        finish.countDown();
        done.get(60, SECONDS);
        assertThat(ended).hasSize(1);
        assertThat(lacking).isEmpty();
        put(1);
        await().until(() -> queue.size() == 0);
    }

    private static CompletableFuture<Void> beginAgain(End end, long grace) {
        try {
            return end.begin(grace);
        } catch (OutOfMemoryError e) {
            return end.begin(grace);
        }
    }

    private static void failOnce(Set<String> lacking, String what) {
        if (lacking.remove(what)) {
            throw new OutOfMemoryError(what);
        }
    }

    @Test
    void anInterruptDoesNotEndTheWaitAndIsKept() {
        CountDownLatch goOn = new CountDownLatch(1);
        End end = new End("test end", EndTest::thread, queue::hold, queue::isAnyBegun, () -> {
            try {
                goOn.await();
                ended.add("done");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        end.begin(0);
        Thread waiting = thread("test waits", () -> {
            end.await();
            ended.add(Thread.currentThread().isInterrupted() ? "interrupted" : "not interrupted");
        });
        waiting.start();
        waiting.interrupt();
        goOn.countDown();
        await().untilAsserted(() -> assertThat(ended).containsExactly("done", "interrupted"));
    }

    private void aMessageIsHandled() throws InterruptedException {
        intake.open(0);
        workers.start();
        put(0);
        begun.await();
    }

    private void put(long place) {
        intake.put(new Entry<>(place, new Notification("ch", "payload", 1, false), null, false, null));
        intake.flush();
    }

    private End end(BiFunction<String, Runnable, Thread> threads) {
        return new End("test end", threads, queue::hold, queue::isAnyBegun, () -> ended.add(Thread.currentThread().getName()));
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
