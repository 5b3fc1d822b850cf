package io.github.pgpubsub.internal.log.reading;

import static io.github.pgpubsub.internal.log.reading.Deliveries.FENCE;
import static io.github.pgpubsub.internal.log.reading.Deliveries.message;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Up to where everything is complete, in whatever order messages complete. */
class InHandTest {

    private final InHand<String> hand = new InHand<>();

    private List<Delivery<String>> handOut(int count) {
        List<Delivery<String>> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            all.add(message(i));
            hand.add(all.get(i - 1));
        }
        return all;
    }

    @Test
    void theWatermarkStopsAtTheFirstThatIsNotComplete() {
        hand.window(5);
        List<Delivery<String>> all = handOut(3);
        assertThat(hand.watermark()).isEqualTo(5);
        hand.complete(all.get(1));
        assertThat(hand.watermark()).isEqualTo(5);
        assertThat(hand.size()).isEqualTo(3);
        hand.complete(all.get(0));
        assertThat(hand.watermark()).isEqualTo(20);
        assertThat(hand.size()).isEqualTo(1);
        assertThat(hand.bytes()).isEqualTo(100);
        hand.complete(all.get(2));
        assertThat(hand.watermark()).isEqualTo(30);
        assertThat(hand.isEmpty()).isTrue();
        assertThat(hand.bytes()).isZero();
    }

    @Test
    void completingTwiceChangesNothing() {
        Delivery<String> only = handOut(1).get(0);
        assertThat(hand.complete(only)).isTrue();
        assertThat(hand.complete(only)).isFalse();
        assertThat(hand.bytes()).isZero();
    }

    @Test
    void whatAnEarlierLeadershipHandedOutCountsNoMore() {
        Delivery<String> former = handOut(1).get(0);
        hand.clear();
        hand.window(0);
        assertThat(hand.complete(former)).isFalse();
        assertThat(hand.watermark()).isZero();
        assertThat(hand.isIdle()).isTrue();
    }

    @Test
    void aGapIsToldWhenItIsComplete() {
        Delivery<String> gap = Delivery.gap(7, FENCE, 1);
        hand.add(gap);
        assertThat(hand.takeMissedTold()).isZero();
        hand.complete(gap);
        assertThat(hand.takeMissedTold()).isEqualTo(7);
        assertThat(hand.takeMissedTold()).isZero();
        assertThat(hand.watermark()).isZero();
    }

    @Test
    void whatMayHaveBegunIsKnown() {
        List<Delivery<String>> all = handOut(4);
        hand.takeBack(all.subList(2, 4));
        assertThat(hand.begunUpTo()).isEqualTo(20);
        assertThat(hand.isIdle()).isFalse();
        hand.complete(all.get(0));
        hand.complete(all.get(1));
        assertThat(hand.isIdle()).isTrue();
        assertThat(hand.begunUpTo()).isEqualTo(20);
        all.get(3).failed();
        assertThat(hand.begunUpTo()).isEqualTo(40);
    }

    /** The server that has the parked message may be replaced by one that lacks it. */
    @Test
    void whatIsBehindAParkedMessageIsNotCompleteForCertain() {
        List<Delivery<String>> all = handOut(4);
        hand.complete(all.get(0));
        assertThat(hand.watermarkWithoutParked()).isEqualTo(10);
        hand.parked(all.get(1));
        hand.complete(all.get(2));
        assertThat(hand.watermark()).isEqualTo(30);
        assertThat(hand.watermarkWithoutParked()).isEqualTo(19);
        hand.window(40);
        assertThat(hand.watermarkWithoutParked()).isEqualTo(40);
    }

    /** Against a plain set. */
    @Property
    void anyOrder(@ForAll @IntRange(min = 1, max = 50) int count,
            @ForAll @Size(max = 100) List<@IntRange(min = 1, max = 50) Integer> completions) {
        InHand<String> tested = new InHand<>();
        tested.window(0);
        List<Delivery<String>> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Delivery<String> each = message(i, i);
            all.add(each);
            tested.add(each);
        }
        Set<Integer> complete = new HashSet<>();
        for (int number : completions) {
            if (number <= count) {
                assertThat(tested.complete(all.get(number - 1))).isEqualTo(complete.add(number));
            }
            int first = 1;
            while (complete.contains(first)) {
                first++;
            }
            assertThat(tested.watermark()).isEqualTo((first - 1) * 10L);
            assertThat(tested.size()).isEqualTo(count - first + 1);
            assertThat(tested.bytes()).isEqualTo(count * (count + 1L) / 2 - first * (first - 1L) / 2);
            assertThat(tested.isIdle()).isEqualTo(complete.size() == count);
        }
    }
}
