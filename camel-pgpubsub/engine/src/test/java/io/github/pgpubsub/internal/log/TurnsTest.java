package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.delivery.Taking;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.HandedOut;
import io.github.pgpubsub.internal.work.Takers;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues of several shards: they begin in turn, and until its turn a message can be withdrawn or held. */
@Timeout(180)
class TurnsTest {

    private final Turns turns = new Turns(1);
    private final Map<WorkQueue, WaitingWorkers> workers = new HashMap<>();
    private volatile boolean secondMayBegin = true;
    private int calls;
    private final WorkQueue first = queue();
    private final WorkQueue second = withWorkers(new WorkQueue(() -> secondMayBegin, BatchLimit.SINGLE, turns));
    private final WorkQueue third = queue();

    private WorkQueue queue() {
        return withWorkers(new WorkQueue(() -> true, BatchLimit.SINGLE, turns));
    }

    private WorkQueue withWorkers(WorkQueue queue) {
        workers.put(queue, new WaitingWorkers(queue));
        return queue;
    }

    @AfterEach
    void close() {
        workers.values().forEach(WaitingWorkers::end);
    }

    private static List<Delivery<KeptRow>> message(String payload) {
        return List.of(HandedOut.message(1, new KeptRow(null, payload, null, null, null, false, 0), 1));
    }

    /** By a worker that waits if it has to. */
    private CompletableFuture<String> take(WorkQueue from) {
        return Taking.inBackground(() -> {
            List<Delivery<KeptRow>> batch = workers.get(from).take();
            return batch == null ? "closed" : payload(batch);
        }, Thread.State.WAITING, Thread.State.TIMED_WAITING);
    }

    private static String payload(List<Delivery<KeptRow>> batch) {
        Delivery<KeptRow> only = batch.get(0);
        assertThat(batch).hasSize(1);
        return only.row() == null ? "gap" : String.valueOf(only.row().message().payload());
    }

    private static String soon(CompletableFuture<String> taken) throws Exception {
        return taken.get(30, TimeUnit.SECONDS);
    }

    private void firstBegins() throws Exception {
        first.put(message("first"), false);
        assertThat(soon(take(first))).isEqualTo("first");
    }

    /** The lead may end, and begin again, while a batch waits for its turn. */
    @Test
    void aMessageThatWaitsForItsTurnHasNotBegunAndIsWithdrawn() throws Exception {
        firstBegins();
        second.put(message("old"), false);
        CompletableFuture<String> waiting = take(second);
        assertThat(second.isAnyBegun()).isFalse();
        assertThat(payload(second.withdraw())).isEqualTo("old");
        first.finished();
        assertThat(waiting).isNotDone();
        second.put(message("new"), false);
        assertThat(soon(waiting)).isEqualTo("new");
    }

    @Test
    void nothingBeginsInAHeldQueueThoughItsTurnComes() throws Exception {
        firstBegins();
        second.put(message("second"), false);
        CompletableFuture<String> waiting = take(second);
        second.hold(true);
        first.finished();
        assertThat(waiting).isNotDone();
        // The turn is the next queue's.
        third.put(message("third"), false);
        assertThat(soon(take(third))).isEqualTo("third");
        second.hold(false);
        third.finished();
        assertThat(soon(waiting)).isEqualTo("second");
    }

    @Test
    void queuesBeginInTheOrderInWhichTheyHaveAsked() throws Exception {
        firstBegins();
        second.put(message("second"), false);
        CompletableFuture<String> one = take(second);
        third.put(message("third"), false);
        CompletableFuture<String> other = take(third);
        first.put(message("first again"), false);
        CompletableFuture<String> again = take(first);
        first.finished();
        assertThat(soon(one)).isEqualTo("second");
        assertThat(other).isNotDone();
        second.finished();
        assertThat(soon(other)).isEqualTo("third");
        assertThat(again).isNotDone();
        third.finished();
        assertThat(soon(again)).isEqualTo("first again");
    }

    /** A shard whose lead is uncertain keeps no turn from the others. */
    @Test
    void aQueueThatMayNotBeginIsPassedOver() throws Exception {
        firstBegins();
        second.put(message("second"), false);
        CompletableFuture<String> uncertain = take(second);
        third.put(message("third"), false);
        CompletableFuture<String> next = take(third);
        secondMayBegin = false;
        first.finished();
        assertThat(soon(next)).isEqualTo("third");
        third.finished();
        assertThat(uncertain).isNotDone();
        secondMayBegin = true;
        assertThat(soon(uncertain)).isEqualTo("second");
    }

    /** Each turn that is free is used, whichever worker the signals have gone to. */
    @Test
    void allTurnsAreUsed() throws Exception {
        Turns two = new Turns(2);
        WorkQueue busy = withWorkers(new WorkQueue(() -> true, BatchLimit.SINGLE, two));
        WorkQueue waits = withWorkers(new WorkQueue(() -> true, BatchLimit.SINGLE, two));
        busy.put(message("a"), false);
        busy.put(message("b"), false);
        assertThat(soon(take(busy))).isEqualTo("a");
        assertThat(soon(take(busy))).isEqualTo("b");
        CompletableFuture<String> one = take(waits);
        CompletableFuture<String> other = take(waits);
        waits.put(message("c"), false);
        waits.put(message("d"), false);
        busy.finished();
        busy.finished();
        assertThat(List.of(soon(one), soon(other))).containsExactlyInAnyOrder("c", "d");
    }

    /** When memory is lacking, a turn that is lost would never come back. */
    @Test
    void toTakeATurnAndToPassItOnNeedsNoMemory() {
        var memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Turns one = new Turns(1);
        WorkQueue[] queues = {queueThatCounts(one), queueThatCounts(one)};
        long least = Long.MAX_VALUE;
        one.lock.lock();
        assertThat(one.take(queues[0])).isTrue();
        for (int i = 0; i < 100; i++) {
            WorkQueue next = queues[(i + 1) % 2];
            assertThat(one.take(next)).isFalse();
            long before = memory.getCurrentThreadAllocatedBytes();
            one.giveBack();
            boolean taken = one.take(next);
            least = Math.min(least, memory.getCurrentThreadAllocatedBytes() - before);
            assertThat(taken).isTrue();
        }
        one.lock.unlock();
        assertThat(calls).as("calls of whoever was first in line").isGreaterThanOrEqualTo(100);
        assertThat(least).as("bytes").isZero();
    }

    private WorkQueue queueThatCounts(Turns shared) {
        WorkQueue queue = new WorkQueue(() -> true, BatchLimit.SINGLE, shared);
        queue.callFor(new Takers() {
            @Override
            public void call(int pieces) {
                calls++;
            }

            @Override
            public void callIn(long nanos) {}
        });
        return queue;
    }

    @Test
    void aClosedQueueLeavesTheLine() throws Exception {
        firstBegins();
        second.put(message("second"), false);
        CompletableFuture<String> closed = take(second);
        third.put(message("third"), false);
        CompletableFuture<String> next = take(third);
        workers.get(second).end();
        assertThat(soon(closed)).isEqualTo("closed");
        first.finished();
        assertThat(soon(next)).isEqualTo("third");
    }
}
