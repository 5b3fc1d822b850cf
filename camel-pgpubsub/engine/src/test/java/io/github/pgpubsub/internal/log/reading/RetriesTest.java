package io.github.pgpubsub.internal.log.reading;

import static io.github.pgpubsub.internal.log.reading.Deliveries.FENCE;
import static io.github.pgpubsub.internal.log.reading.Deliveries.UPTO;
import static io.github.pgpubsub.internal.log.reading.Deliveries.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** While a failed message waits, no other begins; then all come in their order. */
class RetriesTest {

    private static final long MILLI = 1_000_000;

    private final RecordedEffects effects = new RecordedEffects();
    private final Reader<String> reader = new Reader<>(new ReadOptions(0, new StartFrom.Now(), AckMode.batch,
            new ErrorPolicy(OnError.retry, Duration.ofMillis(10), Duration.ofMillis(100), -1), 100, 1 << 20, 100, 1 << 20,
            Duration.ofMillis(100), true, Duration.ofSeconds(1), Duration.ofSeconds(10)), effects, new Random(1));
    private final Term<String> term = new Term<>(reader, FENCE,
            new Place(1, null, UPTO, UPTO, 0, true, 0, 0), 0);
    private final Retries<String> retries = term.retries;

    private List<Delivery<String>> handOut(int count) {
        List<Delivery<String>> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Delivery<String> each = message(i);
            reader.hand.add(each);
            retries.deliver(each);
            all.add(each);
        }
        return all;
    }

    /** A worker takes the first one, and it fails. */
    private Delivery<String> fails(long now) {
        Delivery<String> first = effects.queue.remove(0);
        first.failed();
        retries.again(List.of(first), now);
        return first;
    }

    @Test
    void thoseBehindItWait() {
        List<Delivery<String>> all = handOut(3);
        fails(0);
        assertThat(retries.isHolding()).isTrue();
        assertThat(effects.queue).isEmpty();
        Delivery<String> later = message(4);
        reader.hand.add(later);
        retries.deliver(later);
        assertThat(effects.queue).isEmpty();
        assertThat(reader.hand.isIdle()).isTrue();
        assertThat(retries.waitNanos(4 * MILLI)).isEqualTo(6 * MILLI);
        retries.tick(9 * MILLI);
        assertThat(effects.queue).isEmpty();
        retries.tick(10 * MILLI);
        assertThat(effects.queue).containsExactly(all.get(0), all.get(1), all.get(2), later);
        assertThat(retries.isHolding()).isFalse();
        assertThat(retries.waitNanos(0)).isEqualTo(Reader.NEVER);
    }

    @Test
    void itsPauseDoubles() {
        handOut(2);
        fails(0);
        retries.tick(10 * MILLI);
        Delivery<String> again = fails(10 * MILLI);
        assertThat(again.failures()).isEqualTo(2);
        assertThat(again.isRedelivered()).isTrue();
        assertThat(retries.waitNanos(10 * MILLI)).isEqualTo(20 * MILLI);
    }

    /** Messages of a batch that have failed unequally often: nobody overtakes. */
    @Test
    void thoseThatFailTogetherComeAgainTogether() {
        List<Delivery<String>> all = handOut(4);
        List<Delivery<String>> batch = List.copyOf(effects.queue.subList(0, 3));
        effects.queue.removeAll(batch);
        batch.get(0).failed();
        batch.get(0).failed();
        batch.forEach(Delivery::failed);
        retries.again(batch, 0);
        retries.tick(39 * MILLI);
        assertThat(effects.queue).isEmpty();
        retries.tick(40 * MILLI);
        assertThat(effects.queue).isEqualTo(all);
    }

    @Test
    void theOthersGoOnWhenItIsParked() {
        List<Delivery<String>> all = handOut(3);
        Delivery<String> first = effects.queue.remove(0);
        first.failed();
        retries.park(first);
        assertThat(effects.queue).isEmpty();
        assertThat(effects.moved).containsExactly(true);
        assertThat(retries.isParking(effects.parked.get(0))).isTrue();
        retries.parked(effects.parked.get(0));
        assertThat(effects.queue).containsExactly(all.get(1), all.get(2));
        assertThat(effects.incidents).containsExactly(Incident.PARKED);
        assertThat(reader.hand.watermark()).isEqualTo(10);
    }

    /** One that is not the first must not move the place past those before it. */
    @Test
    void thePlaceMovesWithTheFirstOnly() {
        List<Delivery<String>> all = handOut(2);
        Delivery<String> second = all.get(1);
        effects.queue.remove(second);
        second.failed();
        retries.park(second);
        assertThat(effects.moved).containsExactly(false);
        retries.parked(effects.parked.get(0));
        assertThat(reader.hand.watermark()).isZero();
        assertThat(effects.queue).containsExactly(all.get(0));
    }

    @Test
    void whatCantBeParkedIsTriedAgain() {
        handOut(1);
        Delivery<String> first = effects.queue.remove(0);
        first.failed();
        retries.park(first);
        retries.notParked(effects.parked.get(0), 0);
        assertThat(retries.isHolding()).isTrue();
        assertThat(reader.hand.size()).isEqualTo(1);
        retries.tick(10 * MILLI);
        assertThat(effects.queue).containsExactly(first);
    }

    /** Two of a batch have failed for the first time, and the one before them too often. */
    @Test
    void thoseBehindOneThatCantBeParkedWaitForIt() {
        List<Delivery<String>> all = handOut(4);
        List<Delivery<String>> batch = List.copyOf(effects.queue.subList(0, 3));
        effects.queue.removeAll(batch);
        batch.forEach(Delivery::failed);
        retries.park(batch.get(0));
        retries.again(batch.subList(1, 3), 0);
        assertThat(retries.waitNanos(0)).isEqualTo(Reader.NEVER);
        retries.tick(10 * MILLI);
        assertThat(effects.queue).isEmpty();
        retries.notParked(effects.parked.get(0), 15 * MILLI);
        retries.tick(20 * MILLI);
        assertThat(effects.queue).isEmpty();
        assertThat(retries.waitNanos(20 * MILLI)).isEqualTo(5 * MILLI);
        retries.tick(25 * MILLI);
        assertThat(effects.queue).isEqualTo(all);
        assertThat(retries.isHolding()).isFalse();
    }

    /** Two workers: the first message waits for its second attempt when the one behind it fails for the first time. */
    @Test
    void noneOvertakesOneThatFailedBefore() {
        List<Delivery<String>> all = handOut(3);
        Delivery<String> second = effects.queue.remove(1);
        Delivery<String> first = fails(0);
        first.failed();
        retries.again(List.of(first), 0);
        second.failed();
        retries.again(List.of(second), 0);
        retries.tick(19 * MILLI);
        assertThat(effects.queue).isEmpty();
        retries.tick(20 * MILLI);
        assertThat(effects.queue).isEqualTo(all);
    }

    @Test
    void theEndOfTheLeadershipForgets() {
        handOut(2);
        fails(0);
        retries.end();
        retries.tick(100 * MILLI);
        assertThat(effects.queue).isEmpty();
        assertThat(retries.isHolding()).isFalse();
    }

    /** Whatever fails how often: with one worker, messages complete in their order. */
    @Property
    void oneWorkerKeepsTheOrder(@ForAll List<Boolean> outcomes) {
        RetriesTest world = new RetriesTest();
        world.handOut(5);
        List<Delivery<String>> completed = new ArrayList<>();
        long now = 0;
        for (boolean succeeds : outcomes) {
            while (world.effects.queue.isEmpty() && world.retries.isHolding()) {
                now += world.retries.waitNanos(now);
                world.retries.tick(now);
            }
            if (world.effects.queue.isEmpty()) {
                break;
            } else if (succeeds) {
                Delivery<String> each = world.effects.queue.remove(0);
                world.reader.hand.complete(each);
                completed.add(each);
            } else {
                world.fails(now);
            }
        }
        assertThat(completed).isSortedAccordingTo(Comparator.comparingLong(each -> each.ordinal)).doesNotHaveDuplicates();
        assertThat(world.reader.hand.watermark()).isEqualTo(completed.size() * 10L);
    }
}
