package io.github.pgpubsub.internal.delivery;

import static io.github.pgpubsub.internal.delivery.Messages.gap;
import static io.github.pgpubsub.internal.delivery.Messages.message;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Pulse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a queue gives out a batch, and that messages which wait for others have not begun. */
@Timeout(180)
class BatchesTest {

    private static final int CAPACITY = 10;
    private static final BatchLimit THREE = BatchLimit.of(3, Duration.ofHours(1));
    private static final BatchLimit SOON = BatchLimit.of(3, Duration.ofMillis(50));

    private final Counters counters = new Counters();
    private final Pulse pulse = new Pulse();
    private final Lease lease = Lease.of(pulse, Duration.ofMinutes(1).toNanos());
    private final SubscriptionOptions options = Messages.options(CAPACITY, Overflow.block);
    private final DeliveryQueue queue = new DeliveryQueue(options, lease, counters, () -> {});
    private final Intake intake = new Intake(queue, options, counters, new SessionThread(Runnable::run));
    private final WaitingTakers takers = new WaitingTakers(queue);

    BatchesTest() {
        renewLease();
        intake.open(0);
    }

    @AfterEach
    void letTheWorkersGo() {
        takers.end();
    }

    private void renewLease() {
        lease.renew(System.nanoTime(), Duration.ofMinutes(1).toNanos());
        pulse.beat(System.nanoTime());
    }

    private void put(long... places) {
        LongStream.of(places).forEach(place -> intake.put(message(place)));
        intake.flush();
    }

    private CompletableFuture<List<Entry<Notification>>> take(BatchLimit limit) {
        return Taking.inBackground(() -> takers.take(limit), Thread.State.WAITING, Thread.State.TIMED_WAITING);
    }

    private static void assertTaken(CompletableFuture<List<Entry<Notification>>> taken, Long... places)
            throws InterruptedException, ExecutionException, TimeoutException {
        assertThat(taken.get(30, SECONDS)).extracting(Entry::place).containsExactly(places);
    }

    @Test
    void aFullBatchBeginsAtOnceAndTheRestIsTheNext() throws Exception {
        put(0, 1, 2, 3);
        assertTaken(take(THREE), 0L, 1L, 2L);
        CompletableFuture<List<Entry<Notification>>> next = take(THREE);
        assertThat(next).isNotDone();
        put(4, 5);
        assertTaken(next, 3L, 4L, 5L);
    }

    @Test
    void aBatchThatDoesNotFillBeginsWhenItsTimeIsOver() throws Exception {
        put(0, 1);
        assertTaken(take(SOON), 0L, 1L);
    }

    /** They have not begun, so the next leader gets them unmarked. */
    @Test
    void messagesThatGatherAreWithdrawn() throws Exception {
        put(0, 1);
        CompletableFuture<List<Entry<Notification>>> gathering = take(THREE);
        assertThat(intake.begunUpTo()).isZero();
        assertThat(intake.withdraw()).extracting(Entry::place).containsExactly(0L, 1L);
        assertThat(intake.begunUpTo()).isZero();
        assertThat(intake.watermark()).isZero();
        assertThat(gathering).isNotDone();
        intake.open(0);
        put(0, 1, 2);
        assertTaken(gathering, 0L, 1L, 2L);
    }

    @Test
    void messagesThatGatherAreLeftToTheNextSubscriptionWhenTheirWorkersLeave() throws Exception {
        put(0, 1);
        CompletableFuture<List<Entry<Notification>>> gathering = take(THREE);
        queue.callNoMore(takers);
        WaitingTakers others = new WaitingTakers(queue);
        assertThat(gathering).isNotDone();
        assertThat(queue.size()).isEqualTo(2);
        assertThat(others.take(BatchLimit.SINGLE)).extracting(Entry::place).containsExactly(0L);
        queue.callFor(takers);
    }

    @Test
    void withoutALeaseNoBatchBegins() throws Exception {
        pulse.beat(System.nanoTime() - Duration.ofMinutes(5).toNanos());
        put(0, 1);
        CompletableFuture<List<Entry<Notification>>> full = take(SOON);
        put(2);
        assertThat(full).isNotDone();
        assertThat(queue.isAnyBegun()).isFalse();
        renewLease();
        assertTaken(full, 0L, 1L, 2L);
    }

    @Test
    void aGapEndsTheBatchBeforeItAndIsAlone() throws Exception {
        put(0, 1);
        intake.put(gap(2));
        put(2, 3, 4);
        assertTaken(take(THREE), 0L, 1L);
        assertThat(take(THREE).get(30, SECONDS)).singleElement().satisfies(each -> assertThat(each.gap()).isNotNull());
        assertTaken(take(THREE), 2L, 3L, 4L);
    }

    /** Otherwise an end that is short of time would leave messages behind that could have been processed. */
    @Test
    void whoWaitsForTheEndDoesNotWaitForTheTimeout() throws Exception {
        put(0, 1);
        CompletableFuture<List<Entry<Notification>>> batch = take(THREE);
        CompletableFuture<Void> told = new CompletableFuture<>();
        intake.whenIdle(() -> told.complete(null));
        assertTaken(batch, 0L, 1L);
        queue.done(batch.get());
        assertThat(told).isDone();

        put(2);
        CompletableFuture<List<Entry<Notification>>> last = take(THREE);
        CompletableFuture<Boolean> idle = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.awaitIdle(Duration.ofSeconds(30).toNanos());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTaken(last, 2L);
        queue.done(last.get());
        assertThat(idle.get(30, SECONDS)).isTrue();
    }

    @Test
    void aFullQueueIsABatchBecauseNoMoreCanCome() throws Exception {
        put(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(intake.hasRoom()).isFalse();
        assertThat(take(BatchLimit.of(50, Duration.ofHours(1))).get(30, SECONDS)).hasSize(10);
        assertThat(intake.hasRoom()).isTrue();
    }

    @Test
    void theWatermarkPassesABatchAsAWhole() throws Exception {
        put(0, 1, 2, 3, 4, 5);
        List<Entry<Notification>> first = take(THREE).get(30, SECONDS);
        List<Entry<Notification>> second = take(THREE).get(30, SECONDS);
        queue.done(second);
        assertThat(intake.watermark()).isZero();
        queue.done(first);
        assertThat(intake.watermark()).isEqualTo(6);
        queue.done(first);
        assertThat(intake.isIdle()).as("a call that is made again changes nothing").isTrue();
    }
}
