package io.github.pgpubsub.internal.log.reading;

import static io.github.pgpubsub.internal.log.reading.Deliveries.UPTO;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A window is complete, and the server refuses to close it and to open the next one: for example, its statement_timeout is too short. */
class RefusedCloseTest {

    private static final Bound DONE = new Bound(new Snapshot("5:5:"), 1, 5);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int TIMEOUT_SECONDS = 10;

    private final RecordedEffects effects = new RecordedEffects();
    private final Reader<String> reader = new Reader<>(new ReadOptions(0, new StartFrom.Now(), AckMode.batch,
            new ErrorPolicy(OnError.skip, Duration.ofMillis(10), Duration.ofMillis(100), -1), 100, 1 << 20, 100, 1 << 20,
            Duration.ofMillis(100), true, Duration.ofSeconds(1), Duration.ofSeconds(TIMEOUT_SECONDS)), effects, new Random(1));
    private final long start = System.nanoTime();

    @BeforeEach
    void completeAWindow() {
        reader.connected(start);
        reader.leads(start);
        reader.taken(effects.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, null, 0, true, 0, 0)), start);
        reader.opened(effects.ticket, new OpenAnswer.Opened(UPTO, 0), start);
        reader.read(effects.ticket,
                new Page<>(List.of(new Page.Row<>(new KeptMessageId(10, 5), "x", 1)), PageRequest.Part.REST, true), start);
        reader.completed(effects.queue.remove(0), start);
        assertThat(effects.calls).endsWith("acknowledge", "open");
        assertThat(effects.acknowledgement).isEqualTo(new Acknowledgement(UPTO, 10, true, false, 0));
        effects.calls.clear();
    }

    /** Both are one statement. */
    private void refuse(long now) {
        Ticket opening = effects.ticket;
        reader.refused(effects.acknowledging, "canceling statement due to statement timeout", now);
        reader.refused(opening, "canceling statement due to statement timeout", now);
    }

    @Test
    void itIsTriedAgainAfterAPause() {
        refuse(start);
        reader.tick(start);
        assertThat(effects.calls).isEmpty();
        assertThat(reader.windowEnd()).isEqualTo(UPTO);

        long wait = reader.waitNanos(start);
        assertThat(wait).isPositive().isLessThan(SECOND);
        reader.tick(start + wait);
        assertThat(effects.calls).containsExactly("acknowledge", "open");
        assertThat(effects.acknowledgement).isEqualTo(new Acknowledgement(UPTO, 10, true, false, 0));

        reader.acknowledged(effects.acknowledging, Outcome.MOVED, start + wait);
        reader.opened(effects.ticket, new OpenAnswer.Empty(0), start + wait);
        assertThat(effects.calls).endsWith("lock");
        assertThat(reader.windowEnd()).isNull();
    }

    /** Otherwise each writer would make a request that the server refuses. */
    @Test
    void aWakeUpDoesNotEndThePause() {
        refuse(start);
        reader.woken(start);
        assertThat(effects.calls).isEmpty();
        reader.tick(start + reader.waitNanos(start));
        assertThat(effects.calls).containsExactly("acknowledge", "open");
    }

    @Test
    void aLeaderWhoIsRefusedForLongGivesUpTheLead() {
        int attempts = 0;
        for (long now = start; now - start < TIMEOUT_SECONDS * SECOND; now += Math.max(1, reader.waitNanos(now))) {
            assertThat(effects.calls).doesNotContain("resign");
            reader.tick(now);
            refuse(now);
            attempts++;
        }
        assertThat(attempts).isBetween(3, 20);
        long late = start + (TIMEOUT_SECONDS + 5) * SECOND;
        reader.tick(late);
        refuse(late);
        assertThat(effects.calls).endsWith("resign");
    }

    @Test
    void aStoppingLeaderSaysThatAllOfItIsComplete() {
        refuse(start);
        reader.stop(start);
        assertThat(effects.calls).containsExactly("acknowledge");
        assertThat(effects.acknowledgement).isEqualTo(new Acknowledgement(UPTO, 10, true, true, 0));
    }

    /** What is being opened is awaited first. */
    @Test
    void soDoesALeaderWhoStopsBeforeTheRefusal() {
        reader.stop(start);
        assertThat(effects.calls).isEmpty();
        refuse(start);
        assertThat(effects.calls).containsExactly("acknowledge");
        assertThat(effects.acknowledgement).isEqualTo(new Acknowledgement(UPTO, 10, true, true, 0));
    }
}
