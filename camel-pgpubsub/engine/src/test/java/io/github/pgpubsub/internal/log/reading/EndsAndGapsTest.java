package io.github.pgpubsub.internal.log.reading;

import static io.github.pgpubsub.internal.log.reading.Deliveries.UPTO;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A reader that stops while a message is being parked, and one that begins with messages that were given up unread. */
class EndsAndGapsTest {

    private static final Bound DONE = new Bound(new Snapshot("5:5:"), 1, 5);

    private final RecordedEffects effects = new RecordedEffects();
    private final Reader<String> reader = new Reader<>(new ReadOptions(0, new StartFrom.Now(), AckMode.batch,
            new ErrorPolicy(OnError.park, Duration.ofMillis(10), Duration.ofMillis(100), -1), 100, 1 << 20, 100, 1 << 20,
            Duration.ofMillis(100), true, Duration.ofSeconds(1), Duration.ofSeconds(10)), effects, new Random(1));
    private final long now = System.nanoTime();

    /** Leads a group of whose messages so many were given up unread, and has no window yet. */
    private void lead(long missed) {
        reader.connected(now);
        reader.leads(now);
        reader.taken(effects.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, null, 0, true, 0, missed)), now);
    }

    private void open(long missed) {
        reader.opened(effects.ticket, new OpenAnswer.Opened(UPTO, missed), now);
    }

    private List<Long> gaps() {
        return effects.queue.stream().filter(each -> each.row() == null).map(Delivery::missed).toList();
    }

    /** The place counts a gap as told when it is acknowledged, with a window. */
    @Test
    void aGapIsToldOnce() {
        lead(5);
        assertThat(gaps()).containsExactly(5L);
        open(5);
        assertThat(gaps()).containsExactly(5L);
    }

    /** The server may refuse an acknowledgement, for example while the log is rotated. */
    @Test
    void itIsNotToldAgainAfterARefusedAcknowledgement() {
        lead(5);
        open(5);
        reader.read(effects.ticket, new Page<>(List.of(row(10), row(20)), PageRequest.Part.REST, true), now);
        reader.completed(effects.queue.remove(0), now);
        reader.completed(effects.queue.remove(0), now);
        reader.tick(now + Duration.ofSeconds(1).toNanos());
        Acknowledgement refused = effects.acknowledgement;
        assertThat(refused.missedTold()).isEqualTo(5);
        reader.refused(effects.ticket, "canceling statement due to lock timeout", now + Duration.ofSeconds(1).toNanos());
        reader.tick(now + Duration.ofMinutes(1).toNanos());
        assertThat(effects.acknowledgement).isNotSameAs(refused);
        assertThat(effects.acknowledgement.missedTold()).isEqualTo(5);
    }

    @Test
    void soIsOneThatIsCompleteBeforeTheWindowOpens() {
        lead(5);
        reader.completed(effects.queue.remove(0), now);
        open(5);
        assertThat(gaps()).isEmpty();
    }

    @Test
    void whatWasGivenUpMeanwhileIsTold() {
        lead(5);
        open(7);
        assertThat(gaps()).containsExactly(5L, 2L);
    }

    /** It was removed while this member stood by: what was written since may be missed. */
    @Test
    void aPlaceThatIsGoneIsToldByWhoeverLeadsNext() {
        reader.connected(now);
        reader.foundPlace();
        reader.leads(now);
        reader.taken(effects.ticket, new TakeAnswer.Absent(), now);
        assertThat(effects.incidents).containsExactly(Incident.GROUP_REMOVED);
        assertThat(effects.calls).last().isEqualTo("join");
        reader.joined(effects.ticket, now);
        reader.taken(effects.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, null, 0, true, 0, 0)), now);
        assertThat(gaps()).containsExactly(0L);
    }

    @Test
    void aGroupThatHadNoPlaceHasMissedNothing() {
        reader.connected(now);
        reader.leads(now);
        reader.taken(effects.ticket, new TakeAnswer.Absent(), now);
        reader.joined(effects.ticket, now);
        reader.taken(effects.ticket, new TakeAnswer.Taken(new Place(1, null, DONE, null, 0, true, 0, 0)), now);
        assertThat(effects.incidents).isEmpty();
        assertThat(gaps()).isEmpty();
    }

    /** The second of two fails, and is parked; the stop comes before the answer. */
    private void stopWhileTheSecondIsParked() {
        lead(0);
        open(0);
        reader.read(effects.ticket, new Page<>(List.of(row(10), row(20)), PageRequest.Part.REST, true), now);
        Delivery<String> first = effects.queue.remove(0);
        Delivery<String> second = effects.queue.remove(0);
        reader.failed(List.of(second), now);
        reader.stop(now);
        reader.completed(first, now);
        assertThat(effects.parked).hasSize(1);
    }

    private static Page.Row<String> row(long id) {
        return new Page.Row<>(new KeptMessageId(id, 1), "message", 100);
    }

    @Test
    void whatIsBeingParkedIsParkedBeforeTheEnd() {
        stopWhileTheSecondIsParked();
        assertThat(effects.calls).last().isEqualTo("park");
        reader.parked(effects.parked.get(0), Outcome.MOVED, now);
        assertThat(effects.incidents).containsExactly(Incident.PARKED);
        assertThat(effects.calls).last().isEqualTo("acknowledge");
        assertThat(effects.acknowledgement.lastId()).isEqualTo(20);
        assertThat(effects.acknowledgement.release()).isTrue();
        reader.acknowledged(effects.ticket, Outcome.MOVED, now);
        assertThat(effects.calls).last().isEqualTo("stopped");
    }

    @Test
    void whatCantBeParkedIsTheNextLeadershipS() {
        stopWhileTheSecondIsParked();
        reader.refused(effects.parked.get(0), "no room", now);
        assertThat(effects.calls).last().isEqualTo("acknowledge");
        assertThat(effects.acknowledgement.lastId()).isEqualTo(10);
    }
}
