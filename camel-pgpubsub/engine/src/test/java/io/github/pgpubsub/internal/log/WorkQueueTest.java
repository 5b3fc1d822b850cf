package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.delivery.Taking;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.HandedOut;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches of kept messages: when they begin, and that messages which wait for others can be withdrawn. */
@Timeout(180)
class WorkQueueTest {

    private volatile boolean mayBegin = true;
    private final WorkQueue queue = new WorkQueue(() -> mayBegin, BatchLimit.of(3, Duration.ofHours(1)), Turns.unlimited());
    private final WaitingWorkers workers = new WaitingWorkers(queue);

    @AfterEach
    void close() {
        workers.end();
    }

    private static List<Delivery<KeptRow>> messages(int from, int to, long epoch) {
        return IntStream.range(from, to).mapToObj(i -> HandedOut.message(i,
                new KeptRow(null, String.valueOf(i), null, null, null, false, 0), epoch)).toList();
    }

    private CompletableFuture<List<Delivery<KeptRow>>> take(WaitingWorkers from) {
        return Taking.inBackground(from::take, Thread.State.WAITING, Thread.State.TIMED_WAITING);
    }

    private static List<String> payloads(CompletableFuture<List<Delivery<KeptRow>>> taken) throws Exception {
        return payloads(taken.get(30, TimeUnit.SECONDS));
    }

    private static List<String> payloads(List<Delivery<KeptRow>> batch) {
        return batch.stream().map(each -> each.row() == null ? "gap" : each.row().message().payload()).toList();
    }

    @Test
    void aBatchWaitsWhileTheReaderHasMore() throws Exception {
        queue.put(messages(0, 2, 1), true);
        CompletableFuture<List<Delivery<KeptRow>>> first = take(workers);
        assertThat(first).isNotDone();
        queue.put(messages(2, 5, 1), true);
        assertThat(payloads(first)).containsExactly("0", "1", "2");
        CompletableFuture<List<Delivery<KeptRow>>> second = take(workers);
        assertThat(second).isNotDone();
        queue.put(List.of(), false);
        assertThat(payloads(second)).containsExactly("3", "4");
    }

    @Test
    void withoutMoreItDoesNotWait() throws Exception {
        queue.put(messages(0, 2, 1), false);
        assertThat(payloads(take(workers))).containsExactly("0", "1");
    }

    @Test
    void itBeginsWhenItsTimeIsOver() throws Exception {
        WorkQueue hasty = new WorkQueue(() -> true, BatchLimit.of(3, Duration.ofMillis(50)), Turns.unlimited());
        hasty.put(messages(0, 2, 1), true);
        assertThat(payloads(take(new WaitingWorkers(hasty)))).containsExactly("0", "1");
    }

    /** A leader that loses its lock meanwhile gives nothing out. */
    @Test
    void messagesThatGatherHaveNotBegunAndAreWithdrawn() throws Exception {
        queue.put(messages(0, 2, 1), true);
        CompletableFuture<List<Delivery<KeptRow>>> gathering = take(workers);
        mayBegin = false;
        queue.put(messages(2, 3, 1), true);
        await().during(Duration.ofMillis(50)).atMost(Duration.ofSeconds(30)).until(() -> !queue.isAnyBegun());
        assertThat(payloads(queue.withdraw())).containsExactly("0", "1", "2");
        mayBegin = true;
        assertThat(gathering).isNotDone();
        queue.put(messages(7, 8, 2), false);
        assertThat(payloads(gathering)).containsExactly("7");
    }

    /** A transaction can complete only what one leadership handed out, and a gap is no message. */
    @Test
    void leadershipsAndGapsAreNotMixed() throws Exception {
        queue.put(messages(0, 1, 1), true);
        queue.put(messages(1, 2, 2), true);
        queue.put(List.of(HandedOut.gap(2)), true);
        queue.put(messages(3, 4, 2), false);
        assertThat(payloads(take(workers))).containsExactly("0");
        assertThat(payloads(take(workers))).containsExactly("1");
        assertThat(payloads(take(workers))).containsExactly("gap");
        assertThat(payloads(take(workers))).containsExactly("3");
    }

    @Test
    void nothingBeginsWhileTheQueueIsHeld() throws Exception {
        queue.hold(true);
        queue.put(messages(0, 3, 1), false);
        CompletableFuture<List<Delivery<KeptRow>>> held = take(workers);
        assertThat(held).isNotDone();
        queue.hold(false);
        assertThat(payloads(held)).containsExactly("0", "1", "2");
    }
}
