package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Snapshot;
import io.github.pgpubsub.internal.log.reading.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** When a window is opened for messages that gather. */
class LingerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Bound DONE = new Bound(new Snapshot("9:9:"), 9, 9);

    private long now;
    private final List<Consumer<Linger.Waiting>> counts = new ArrayList<>();
    private final List<Integer> most = new ArrayList<>();
    private final List<Ticket> answered = new ArrayList<>();
    private final List<String> opened = new ArrayList<>();
    private final Linger linger = linger(1);

    private Linger linger(int shards) {
        return new Linger(BatchLimit.of(3, TIMEOUT), shards, new Linger.Requests() {
            @Override
            public void count(Ticket ticket, Bound done, int upTo, Consumer<Linger.Waiting> answer) {
                counts.add(answer);
                most.add(upTo);
            }

            @Override
            public void nothing(Ticket ticket) {
                answered.add(ticket);
            }
        }, () -> now);
    }

    private void before(int ticket) {
        linger.before(new Ticket(ticket), DONE, () -> opened.add("window " + ticket));
    }

    private void counted(int messages, long millis) {
        counts.remove(0).accept(new Linger.Waiting(messages, millis));
    }

    private void pass(Duration time) {
        now += time.toNanos();
        linger.tick(now);
    }

    @Test
    void aWindowIsOpenedForABatch() {
        before(1);
        counted(2, 0);
        assertThat(opened).isEmpty();
        pass(Duration.ofMillis(50));
        counted(3, 50);
        assertThat(opened).containsExactly("window 1");
        assertThat(most).containsExactly(3, 3);
    }

    /** The messages of all shards are counted. */
    @Test
    void aShardWaitsForABatchOfEach() {
        linger(4).before(new Ticket(1), DONE, () -> opened.add("window 1"));
        counted(11, 0);
        assertThat(opened).isEmpty();
        assertThat(most).containsExactly(12);
        linger(4).before(new Ticket(2), DONE, () -> opened.add("window 2"));
        counted(12, 0);
        assertThat(opened).containsExactly("window 2");
    }

    @Test
    void aWindowIsOpenedForAnOldMessage() {
        before(1);
        counted(1, 1000);
        assertThat(opened).containsExactly("window 1");
    }

    @Test
    void aServerWhoseClockIsSetBackDoesNotProlongTheWait() {
        before(1);
        counted(1, 0);
        for (int i = 0; i < 19; i++) {
            pass(Duration.ofMillis(50));
            counted(1, 0);
        }
        assertThat(opened).isEmpty();
        pass(Duration.ofMillis(50));
        counted(1, 0);
        assertThat(opened).containsExactly("window 1");
    }

    /** The lead was lost and regained while the server counted. */
    @Test
    void aCountUnderWayIsForgottenWithItsWindow() {
        before(1);
        linger.forget();
        before(2);
        counted(1, 0);
        counted(1, 0);
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofMillis(50));
            assertThat(counts).hasSize(1);
            counted(1, 0);
        }
        pass(Duration.ofMillis(50));
        counted(3, 0);
        assertThat(opened).containsExactly("window 2");
    }

    @Test
    void aForgottenWindowIsNotOpened() {
        before(1);
        linger.forget();
        counted(3, 0);
        assertThat(opened).isEmpty();
        before(2);
        counted(3, 0);
        assertThat(opened).containsExactly("window 2");
    }

    @Test
    void whoStopsIsAnswered() {
        before(1);
        linger.stop();
        assertThat(answered).isEmpty();
        counted(1, 0);
        assertThat(answered).containsExactly(new Ticket(1));
        assertThat(opened).isEmpty();
    }
}
