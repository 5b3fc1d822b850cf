package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.internal.delivery.Interleavings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting notifications: their order and batches, waits for room, and the effects of a close. */
@Timeout(180)
class PublishQueueTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int MOST = 100;

    private final PublishQueue<OutgoingNotification> queue = new PublishQueue<>(3, 100, Long.MAX_VALUE);
    private final List<Thread> others = new ArrayList<>();

    @Test
    void whatWasPutFirstComesFirst() throws Exception {
        OutgoingNotification[] all = {outgoing("c", "1"), outgoing("a", "2"), outgoing("b", "3")};
        for (OutgoingNotification each : all) {
            assertThat(queue.put(each, false)).isEqualTo(Admission.TAKEN);
        }

        assertThat(queue.awaitSome(0)).isTrue();
        assertThat(queue.takeBatch(2, Long.MAX_VALUE)).containsExactly(all[0], all[1]).allMatch(Outgoing::isSent);
        assertThat(queue.takeBatch(2, Long.MAX_VALUE)).containsExactly(all[2]);
        assertThat(queue.takeBatch(2, Long.MAX_VALUE)).isEmpty();
        assertThat(queue.awaitSome(0)).isFalse();
    }

    /** The server would fold two equal payloads into one. */
    @Test
    void aBatchEndsBeforeASecondEqualOne() throws Exception {
        put("a", "1");
        put("b", "1");
        put("a", "1");

        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).hasSize(2);
        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).hasSize(1);
    }

    /** Equal hashes alone are no reason to split a batch. */
    @Test
    void differentOnesWithEqualHashesShareABatch() throws Exception {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        put("Aa", "Aa");
        put("Aa", "BB");
        put("BB", "Aa");

        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).hasSize(3);
    }

    /** Also where the queue has filled meanwhile. */
    @Test
    void whatComesBackIsFirst() throws Exception {
        put("a", "1");
        put("a", "2");
        put("a", "3");
        List<OutgoingNotification> batch = queue.takeBatch(MOST, Long.MAX_VALUE);
        put("a", "4");
        put("a", "5");
        put("a", "6");
        batch.forEach(Outgoing::markWaiting);
        queue.putBack(batch.subList(1, 3));

        assertThat(queue.size()).isEqualTo(5);
        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).extracting(each -> each.payload)
                .containsExactly("2", "3", "4", "5", "6");
    }

    @Test
    void whatExpiredIsLeftOut() throws Exception {
        OutgoingNotification expired = outgoing("a", "1");
        queue.put(expired, false);
        put("a", "2");
        expired.endUnsent(new Exception());

        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).extracting(each -> each.payload).containsExactly("2");
    }

    @Test
    void thoseWhoseTimeIsUpMakeRoomOnceTheyAreTold() throws Exception {
        long now = System.nanoTime();
        put("a", "1");
        queue.put(new OutgoingNotification("a", "late", now, failure -> {}), false);
        put("a", "2");
        CompletableFuture<Admission> waits = putByAnother("a", "3");
        awaitWaiter();

        assertThat(queue.overdue(now - 1)).isEmpty();
        List<OutgoingNotification> overdue = queue.overdue(now);
        assertThat(overdue).extracting(each -> each.payload).containsExactly("late");
        assertThat(queue.size()).as("it stays until it is told").isEqualTo(queue.capacity());
        overdue.get(0).end(null);
        queue.removeEnded();
        assertThat(waits.get()).isEqualTo(Admission.TAKEN);
        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).extracting(each -> each.payload).containsExactly("1", "2", "3");
    }

    @Test
    void whoFindsNoPlaceWaitsUntilItsDeadline() throws Exception {
        fill();

        assertThat(queue
                .put(new OutgoingNotification("a", "b", System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20), failure -> {}),
                        false))
                .isEqualTo(Admission.FULL);
        assertThat(queue.size()).isEqualTo(queue.capacity());
    }

    @Test
    void aBatchMakesRoomForAllThatWait() throws Exception {
        fill();
        List<CompletableFuture<Admission>> waiting = IntStream.range(0, 3).mapToObj(i -> putByAnother("b", "" + i)).toList();
        awaitWaiter();

        queue.takeBatch(MOST, Long.MAX_VALUE);
        for (CompletableFuture<Admission> each : waiting) {
            assertThat(each.get()).isEqualTo(Admission.TAKEN);
        }
    }

    @Test
    void aCloseEndsEveryWait() throws Exception {
        fill();
        CompletableFuture<Admission> waits = putByAnother("b", "1");
        CompletableFuture<Void> awaitsClose = run(() -> queue.awaitClose(LONG.toMillis()));
        awaitWaiter();
        assertThat(queue.isClosed()).isFalse();

        queue.close();
        assertThat(waits.get()).isEqualTo(Admission.CLOSED);
        awaitsClose.get();
        assertThat(queue.isClosed()).isTrue();
        assertThat(put("b", "2")).isEqualTo(Admission.CLOSED);
        assertThat(queue.awaitSome(0)).as("what waited is still there").isTrue();
        assertThat(queue.isDrained()).isFalse();
        assertThat(queue.all()).hasSize(3).allSatisfy(each -> each.end(null));
        queue.removeEnded();
        assertThat(queue.isDrained()).isTrue();
        assertThat(queue.awaitSome(LONG.toMillis())).isFalse();
    }

    @Test
    void theFirstOneWakesWhoeverWaitsForSome() throws Exception {
        CompletableFuture<Boolean> some = new CompletableFuture<>();
        run(() -> some.complete(queue.awaitSome(LONG.toMillis())));
        put("a", "1");
        assertThat(some.get()).isTrue();

        queue.takeBatch(MOST, Long.MAX_VALUE);
        CompletableFuture<Boolean> none = new CompletableFuture<>();
        run(() -> none.complete(queue.awaitSome(LONG.toMillis())));
        queue.close();
        assertThat(none.get()).isFalse();
    }

    @Test
    void anInterruptEndsAWaitForAPlace() throws Exception {
        fill();
        CompletableFuture<Void> waits = run(() -> put("b", "1"));
        others.get(0).interrupt();

        assertThatThrownBy(waits::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(queue.size()).isEqualTo(3);
    }

    @Test
    void whileTheSendingThreadIsIdleTheFirstSenderLeads() throws Exception {
        assertThat(queue.put(outgoing("a", "before"), true)).isEqualTo(Admission.TAKEN);
        queue.takeBatch(MOST, Long.MAX_VALUE);
        CompletableFuture<Boolean> some = awaitSomeByAnother();

        assertThat(queue.put(outgoing("a", "1"), true)).isEqualTo(Admission.LEADS);
        assertThat(queue.isLedByCaller()).isTrue();
        assertThat(queue.put(outgoing("a", "2"), true)).isEqualTo(Admission.TAKEN);
        assertThat(queue.takeBatch(1, Long.MAX_VALUE)).extracting(each -> each.payload).containsExactly("1");
        assertThat(some).isNotDone();
        queue.stopLeading(false);
        assertThat(some.get()).isTrue();
        assertThat(queue.isLed()).isFalse();
    }

    /** They would make the groups smaller. */
    @Test
    void afterSendersCameTogetherTheNextOnesDoNotLead() throws Exception {
        put("a", "1");
        put("a", "2");
        assertThat(queue.takeBatch(MOST, Long.MAX_VALUE)).hasSize(2);
        int others = 0;
        for (Admission admission = Admission.TAKEN; admission == Admission.TAKEN; others++) {
            CompletableFuture<Boolean> some = awaitSomeByAnother();
            admission = queue.put(outgoing("a", "3"), true);
            if (admission == Admission.LEADS) {
                queue.takeBatch(MOST, Long.MAX_VALUE);
                queue.stopLeading(false);
                queue.close();
            }
            some.get();
            queue.takeBatch(MOST, Long.MAX_VALUE);
        }

        assertThat(others).isEqualTo(33);
    }

    @Test
    void whoCannotLeadWakesTheSendingThread() throws Exception {
        CompletableFuture<Boolean> some = awaitSomeByAnother();

        assertThat(queue.put(outgoing("a", "1"), false)).isEqualTo(Admission.TAKEN);
        assertThat(some.get()).isTrue();
    }

    @Test
    void aLeaderThatFailsWakesTheSendingThread() throws Exception {
        CompletableFuture<Boolean> some = awaitSomeByAnother();
        assertThat(queue.put(outgoing("a", "1"), true)).isEqualTo(Admission.LEADS);
        queue.takeBatch(MOST, Long.MAX_VALUE);
        queue.stopLeading(true);

        assertThat(some.get()).isFalse();
    }

    /** Two threads would use the connection. */
    @Test
    void neitherAnInterruptNorACloseBringsTheSendingThreadBackWhileASenderLeads() throws Exception {
        CompletableFuture<Boolean> some = awaitSomeByAnother();
        assertThat(queue.put(outgoing("a", "1"), true)).isEqualTo(Admission.LEADS);
        others.get(0).interrupt();
        queue.close();
        Awaitility.await().until(() -> !others.get(0).isInterrupted());
        assertThat(some).isNotDone();
        queue.takeBatch(MOST, Long.MAX_VALUE);
        queue.stopLeading(false);

        Awaitility.await().until(some::isDone);
    }

    /** Waits as the sending thread does. */
    private CompletableFuture<Boolean> awaitSomeByAnother() {
        CompletableFuture<Boolean> some = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                some.complete(queue.awaitSome(LONG.toMillis()));
            } catch (InterruptedException e) {
                some.completeExceptionally(e);
            }
        });
        others.add(thread);
        thread.start();
        Awaitility.await().until(queue::isIdle);
        return some;
    }

    private void fill() throws InterruptedException {
        for (int i = 0; i < queue.capacity(); i++) {
            put("full", "" + i);
        }
    }

    private Admission put(String channel, String payload) throws InterruptedException {
        return queue.put(outgoing(channel, payload), false);
    }

    private static OutgoingNotification outgoing(String channel, String payload) {
        return new OutgoingNotification(channel, payload, System.nanoTime() + LONG.toNanos(), failure -> {});
    }

    private CompletableFuture<Admission> putByAnother(String channel, String payload) {
        CompletableFuture<Admission> admission = new CompletableFuture<>();
        run(() -> admission.complete(put(channel, payload)));
        return admission;
    }

    private CompletableFuture<Void> run(Interleavings.Part task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        others.add(thread);
        thread.start();
        return done;
    }

    /** Waits until all threads of this test are waiting. */
    private void awaitWaiter() {
        Awaitility.await().until(() -> others.stream().allMatch(each -> each.getState() == Thread.State.TIMED_WAITING));
    }
}
