package io.github.pgpubsub.internal.delivery;

import static io.github.pgpubsub.internal.delivery.Messages.gap;
import static io.github.pgpubsub.internal.delivery.Messages.message;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Pulse;
import io.github.pgpubsub.internal.work.Takers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Calls on both sides of a queue, one after the other. For concurrent calls see {@link DeliveryQueueInterleavingsTest}. */
class DeliveryQueueTest {

    private static final int CAPACITY = 4;

    private final Counters counters = new Counters();
    private final Pulse pulse = new Pulse();
    private final Lease lease = Lease.of(pulse, Duration.ofMinutes(1).toNanos());
    private final List<String> told = new ArrayList<>();
    private DeliveryQueue queue;
    private WaitingTakers takers;
    private Intake intake;

    @Test
    void messagesComeInTheirOrder() throws Exception {
        open(Overflow.block);
        put(0, 1, 2);
        assertThat(List.of(take(), take(), take())).extracting(Entry::place).containsExactly(0L, 1L, 2L);
        assertThat(queue.size()).isZero();
    }

    @Test
    void whatWasPutIsSeenWithTheFlush() {
        open(Overflow.block);
        intake.put(message(0));
        assertThat(queue.size()).isZero();
        intake.flush();
        assertThat(queue.size()).isEqualTo(1);
    }

    /** The watermark rises over complete messages, and stops at the first incomplete one. */
    @Test
    void theWatermarkIsTheFirstThatIsNotComplete() throws Exception {
        open(Overflow.block);
        assertThat(intake.watermark()).isZero();
        put(0, 1, 2);
        Entry<Notification> first = take();
        Entry<Notification> second = take();
        queue.done(List.of(second));
        assertThat(intake.watermark()).as("the first has begun only").isZero();
        queue.done(List.of(first));
        assertThat(intake.watermark()).as("the third waits").isEqualTo(2);
        queue.done(List.of(take()));
        assertThat(intake.watermark()).isEqualTo(3);
        intake.skip(3);
        assertThat(intake.watermark()).as("the fourth is not for this subscription").isEqualTo(4);
    }

    @Test
    void theQueueKnowsHowFarMessagesHaveBegun() throws Exception {
        open(Overflow.block);
        put(0, 1);
        assertThat(intake.begunUpTo()).isZero();
        queue.done(List.of(take()));
        assertThat(intake.begunUpTo()).isEqualTo(1);
    }

    @Test
    void whatHasNotBegunIsWithdrawn() throws Exception {
        open(Overflow.block);
        put(0, 1, 2);
        Entry<Notification> begun = take();
        intake.put(message(3));
        assertThat(intake.withdraw()).extracting(Entry::place).containsExactly(1L, 2L, 3L);
        assertThat(intake.isIdle()).as("one has begun").isFalse();
        assertThat(intake.watermark()).isZero();
        queue.done(List.of(begun));
        assertThat(intake.isIdle()).isTrue();
        assertThat(intake.watermark()).as("the first that was withdrawn").isEqualTo(1);
    }

    @Test
    void aFullQueueHasNoRoomUntilItIsHalfEmpty() throws Exception {
        open(Overflow.block);
        for (long place = 0; place < CAPACITY; place++) {
            assertThat(intake.hasRoom()).isTrue();
            intake.put(message(place));
        }
        assertThat(intake.hasRoom()).isFalse();
        assertThat(intake.hasRoomForHeld()).isFalse();
        take();
        assertThat(told).as("a thread that is woken costs more than a message").isEmpty();
        assertThat(intake.hasRoomForHeld()).isTrue();
        take();
        assertThat(told).containsExactly("room");
        take();
        assertThat(told).as("once").containsExactly("room");
        assertThat(intake.hasRoom()).isTrue();
    }

    @Test
    void theOldestAreDropped() throws Exception {
        open(Overflow.dropOldest);
        put(0, 1);
        intake.put(gap(2));
        put(2, 3, 4);
        assertThat(intake.hasRoom()).isTrue();
        assertThat(places(intake.withdraw())).as("a gap is never dropped").containsExactly("gap 2", "2", "3", "4");
        assertThat(counters.counts().dropped()).isEqualTo(2);
    }

    @Test
    void theNewestAreDropped() throws Exception {
        open(Overflow.dropNewest);
        put(0, 1, 2, 3, 4);
        intake.put(gap(5));
        assertThat(places(intake.withdraw())).containsExactly("0", "1", "2", "3", "gap 5");
        assertThat(counters.counts().dropped()).isEqualTo(1);
    }

    @Test
    void aGapCountsAsUnhandledUntilItIsDone() throws Exception {
        open(Overflow.block);
        intake.put(gap(0));
        assertThat(intake.isGapUnhandled()).isTrue();
        Entry<Notification> taken = take();
        assertThat(intake.isGapUnhandled()).isTrue();
        queue.done(List.of(taken));
        assertThat(intake.isGapUnhandled()).isFalse();
    }

    @Test
    void idlenessIsToldOnceByTheLastThatIsDone() throws Exception {
        open(Overflow.block);
        put(0, 1);
        intake.whenIdle(() -> told.add("idle"));
        queue.done(List.of(take()));
        assertThat(told).isEmpty();
        queue.done(List.of(take()));
        assertThat(told).containsExactly("idle");
        put(2);
        queue.done(List.of(take()));
        assertThat(told).containsExactly("idle");
        intake.whenIdle(() -> told.add("at once"));
        assertThat(told).containsExactly("idle", "at once");
    }

    /** A call may fail, for example for lack of memory. It is repeated when the caller reports the message done again. */
    @Test
    void aCallThatFailsIsMadeAgain() throws Exception {
        open(Overflow.block);
        put(0);
        intake.whenIdle(() -> {
            told.add("called");
            if (told.size() == 1) {
                throw new OutOfMemoryError("none");
            }
        });
        Entry<Notification> taken = take();
        assertThatThrownBy(() -> queue.done(List.of(taken))).isInstanceOf(OutOfMemoryError.class);
        queue.done(List.of(taken));
        assertThat(told).containsExactly("called", "called");
    }

    /** The calls of takers from now on, each with the number of pieces. */
    private List<Integer> calls() {
        List<Integer> calls = new ArrayList<>();
        queue.callFor(new Takers() {
            @Override
            public void call(int pieces) {
                calls.add(pieces);
            }

            @Override
            public void callIn(long nanos) {}
        });
        return calls;
    }

    /** Memory may be lacking for one of several messages: those before it begin, and none is there twice. */
    @Test
    void whatIsPutBeforeAFailureBeginsAndTheRestIsPutLater() {
        open(Overflow.block);
        List<Integer> calls = calls();
        calls.clear();
        intake.put(message(0));
        intake.put(new Entry<>(1, new Notification("ch", null, 1, false), null, false, null));
        intake.put(message(2));
        for (int i = 0; i < 2; i++) {
            // As good as an OutOfMemoryError: its payload can't be measured.
            assertThatThrownBy(intake::flush).isInstanceOf(NullPointerException.class);
            assertThat(queue.size()).isEqualTo(1);
        }
        assertThat(calls).containsExactly(1, 1);
        assertThat(queue.take(BatchLimit.SINGLE)).extracting(Entry::place).containsExactly(0L);
    }

    /** An alarm calls one taker only; it must call the others that were sent away. */
    @Test
    void afterAnExpiredLeaseAllTakersAreCalled() {
        open(Overflow.block);
        List<Integer> calls = calls();
        pulse.beat(System.nanoTime() - Duration.ofMinutes(5).toNanos());
        put(0, 1, 2);
        assertThat(queue.take(BatchLimit.SINGLE)).isNull();
        assertThat(queue.take(BatchLimit.SINGLE)).isNull();
        renewLease();
        calls.clear();

        assertThat(queue.take(BatchLimit.SINGLE)).hasSize(1);
        assertThat(calls).containsExactly(2);
        assertThat(queue.take(BatchLimit.SINGLE)).hasSize(1);
        assertThat(calls).containsExactly(2);
    }

    @Test
    void aMessageBeginsOnlyWithAValidLeaseAndAGapAtOnce() throws Exception {
        open(Overflow.block);
        pulse.beat(System.nanoTime() - Duration.ofMinutes(1).toNanos());
        intake.put(gap(0));
        put(0);
        assertThat(take().gap()).isNotNull();
        CompletableFuture<Entry<Notification>> next = takeInBackground();
        waits(next);
        lease.renew(System.nanoTime(), Duration.ofMinutes(1).toNanos());
        pulse.beat(System.nanoTime());
        assertThat(next.get(60, SECONDS).place()).isZero();
    }

    @Test
    void nothingBeginsWhileTheQueueIsHeld() throws Exception {
        open(Overflow.block);
        queue.hold(true);
        put(0);
        CompletableFuture<Entry<Notification>> next = takeInBackground();
        waits(next);
        queue.hold(false);
        assertThat(next.get(60, SECONDS).place()).isZero();
    }

    @Test
    void nothingBeginsBeforeTheQueueIsOpened() throws Exception {
        make(Overflow.block);
        renewLease();
        put(5);
        CompletableFuture<Entry<Notification>> next = takeInBackground();
        waits(next);
        intake.open(5);
        assertThat(next.get(60, SECONDS).place()).isEqualTo(5);
    }

    @Test
    void aQueueIsEmptiedAtTheEnd() throws Exception {
        open(Overflow.block);
        put(0);
        assertThat(take().place()).isZero();
        takers.end();
        assertThat(take()).isNull();
    }

    @Test
    void whatIsGivenUpIsCounted() throws Exception {
        open(Overflow.block);
        put(0, 1, 2);
        take();
        assertThat(queue.giveUp()).isEqualTo(2);
        assertThat(queue.size()).isZero();
        assertThat(queue.awaitIdle(1)).as("one has begun").isFalse();
    }

    private void open(Overflow overflow) {
        make(overflow);
        renewLease();
        intake.open(0);
    }

    private void make(Overflow overflow) {
        SubscriptionOptions options = Messages.options(CAPACITY, overflow);
        queue = new DeliveryQueue(options, lease, counters, () -> told.add("room"));
        takers = new WaitingTakers(queue);
        intake = new Intake(queue, options, counters, new SessionThread(Runnable::run));
    }

    private void renewLease() {
        lease.renew(System.nanoTime(), Duration.ofMinutes(1).toNanos());
        pulse.beat(System.nanoTime());
    }

    private void put(long... places) {
        LongStream.of(places).forEach(place -> intake.put(message(place)));
        intake.flush();
    }

    private Entry<Notification> take() throws InterruptedException {
        List<Entry<Notification>> taken = takers.take(BatchLimit.SINGLE);
        return taken == null ? null : taken.get(0);
    }

    private CompletableFuture<Entry<Notification>> takeInBackground() {
        return Taking.inBackground(this::take, Thread.State.WAITING, Thread.State.TIMED_WAITING);
    }

    private static void waits(CompletableFuture<?> taken) {
        assertThat(taken).as("what may not begin").isNotDone();
    }

    private static List<String> places(List<Entry<Notification>> entries) {
        return entries.stream().map(each -> (each.gap() == null ? "" : "gap ") + each.place()).toList();
    }
}
