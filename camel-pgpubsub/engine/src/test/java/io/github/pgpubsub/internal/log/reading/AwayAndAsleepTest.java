package io.github.pgpubsub.internal.log.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long a leader waits for a connection, and what ends a sleep. */
class AwayAndAsleepTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Bound DONE = new Bound(new Snapshot("9:9:"), 1, 9);
    private static final Bound END = new Bound(new Snapshot("19:19:"), 100, 19);

    private final RecordedEffects asked = new RecordedEffects();
    /** It never polls: without wake-ups it would sleep for ever. */
    private final Reader<String> reader = new Reader<>(
            new ReadOptions(0, new StartFrom.Earliest(), AckMode.batch,
                    new ErrorPolicy(OnError.skip, Duration.ofSeconds(1), Duration.ofSeconds(1), 0), 10, 1000, 10, 1000,
                    Duration.ofMillis(100), true, null, Duration.ofSeconds(30)),
            asked, new Random(1));
    private final long start = System.nanoTime();

    @Test
    void aNewLeaderHasTheLeaderTimeoutToConnect() {
        reader.leads(start);
        assertThat(reader.waitNanos(start)).isEqualTo(30 * SECOND);
        reader.tick(start);
        assertThat(asked.calls).isEmpty();
        reader.tick(start + 30 * SECOND);
        assertThat(asked.calls).containsExactly("resign");
    }

    /** How long it was no leader before does not count. */
    @Test
    void soHasOneThatLedBefore() {
        reader.leads(start);
        reader.leadLost(start + SECOND);
        reader.leads(start + 100 * SECOND);
        assertThat(reader.waitNanos(start + 110 * SECOND)).isEqualTo(20 * SECOND);
    }

    /** A leader without a connection is counted from the loss, not from when it began to lead. */
    @Test
    void aLossCountsFromItsTime() {
        sleep();
        reader.disconnected(start + 100 * SECOND);
        assertThat(reader.waitNanos(start + 100 * SECOND)).isEqualTo(30 * SECOND);
    }

    /** Step 0 needs little; what is to be read may be too much for the network or the server, again and again. */
    @Test
    void manyConnectionsThatReadNothingCountAsNone() {
        loseThree(new Page<>(List.of(), PageRequest.Part.STRAGGLERS, true));
        assertThat(reader.waitNanos(start + 29 * SECOND)).isEqualTo(10 * SECOND);
        reader.connected(start + 30 * SECOND);
        takesAnOpenWindow(start + 30 * SECOND);
        reader.disconnected(start + 39 * SECOND);
        reader.tick(start + 39 * SECOND);
        assertThat(asked.calls).endsWith("resign");
    }

    @Test
    void whatWasReadBeginsTheTimeAnew() {
        loseThree(new Page<>(List.of(new Page.Row<>(new KeptMessageId(5, 1), "x", 1)), PageRequest.Part.REST, true));
        assertThat(reader.waitNanos(start + 29 * SECOND)).isEqualTo(30 * SECOND);
    }

    /** Connects at once each time, and loses the connection after 9 seconds. */
    private void loseThree(Page<String> page) {
        reader.leads(start);
        for (int second = 0; second < 30; second += 10) {
            reader.connected(start + second * SECOND);
            takesAnOpenWindow(start + second * SECOND);
            reader.read(asked.ticket, page, start + second * SECOND);
            reader.disconnected(start + (second + 9) * SECOND);
        }
    }

    private void takesAnOpenWindow(long now) {
        reader.taken(asked.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, END, 0, true, 0, 0)), now);
        assertThat(asked.calls).contains("take", "read");
    }

    private void sleep() {
        reader.connected(start);
        reader.leads(start);
        reader.taken(asked.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, null, 0, true, 0, 0)), start);
        reader.opened(asked.ticket, new OpenAnswer.Empty(0), start);
        reader.locked(asked.ticket, true, start);
        assertThat(reader.isAsleep()).isTrue();
        assertThat(asked.calls).containsExactly("take", "open", "lock", "open");
    }

    /** Whoever leads a place of its own stays the leader when the session that hears the wake-ups is lost. */
    @Test
    void whoHearsNoWakeUpsDoesNotSleepOn() {
        sleep();
        reader.unheard(start);
        // The look that begins the sleep is answered first: it may have opened a window.
        assertThat(reader.isAsleep()).isTrue();
        reader.opened(asked.ticket, new OpenAnswer.Empty(0), start);
        assertThat(reader.waitNanos(start)).isEqualTo(Reader.NEVER);
        reader.unheard(start);
        assertThat(reader.isAsleep()).isFalse();
        assertThat(asked.calls.subList(4, asked.calls.size())).containsExactly("unlock", "open");
        reader.opened(asked.ticket, new OpenAnswer.Empty(0), start);
        reader.locked(asked.ticket, false, start);
        assertThat(reader.waitNanos(start)).isLessThan(SECOND);
    }

    /** Otherwise each writer would make a request that the server refuses. */
    @Test
    void aWakeUpDoesNotEndThePauseAfterARefusedLook() {
        sleep();
        reader.refused(asked.ticket, "canceling statement due to statement timeout", start);
        asked.calls.clear();
        reader.woken(start);
        assertThat(asked.calls).isEmpty();
        long wait = reader.waitNanos(start);
        assertThat(wait).isPositive().isLessThan(SECOND);
        reader.tick(start + wait);
        assertThat(asked.calls).containsExactly("open");
        reader.opened(asked.ticket, new OpenAnswer.Empty(0), start + wait);
        reader.woken(start + wait);
        assertThat(asked.calls).containsExactly("open", "open");
    }

    @Test
    void whoStopsLooksNoMoreAfterARefusedLook() {
        sleep();
        reader.stop(start);
        asked.calls.clear();
        reader.refused(asked.ticket, "canceling statement due to statement timeout", start);
        assertThat(asked.calls).containsExactly("unlock", "acknowledge");
    }

    /** Each look succeeds, and then the lock is refused: for example, the server has no memory for more locks. */
    @Test
    void pausesGrowWhileTheLockIsRefused() {
        reader.connected(start);
        reader.leads(start);
        reader.taken(asked.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, null, 0, true, 0, 0)), start);
        long now = start;
        long last = 0;
        for (int i = 0; i < 4; i++) {
            reader.opened(asked.ticket, new OpenAnswer.Empty(0), now);
            reader.refused(asked.ticket, "out of shared memory", now);
            assertThat(reader.waitNanos(now)).isGreaterThan(last);
            last = reader.waitNanos(now);
            now += last;
            reader.tick(now);
        }
        reader.opened(asked.ticket, new OpenAnswer.Empty(0), now);
        reader.locked(asked.ticket, true, now);
        assertThat(reader.isAsleep()).isTrue();
    }
}
