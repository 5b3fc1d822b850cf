package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ReadAheadMemoryTest {

    private static final long EACH = 100;
    private static final long ALL = 250;

    private final ReadAheadMemory memory = new ReadAheadMemory(EACH, ALL);

    @Test
    void oneSessionMayHoldItsShare() {
        assertThat(memory.mostFor(0)).isEqualTo(EACH);
        assertThat(memory.hold(0, EACH)).isTrue();
        assertThat(memory.mostFor(EACH)).isEqualTo(EACH);
        assertThat(memory.hold(EACH, EACH + 1)).isFalse();
    }

    @Test
    void togetherSessionsHoldNoMoreThanAll() {
        assertThat(memory.hold(0, 90)).isTrue();
        assertThat(memory.hold(0, 90)).isTrue();
        assertThat(memory.mostFor(0)).isEqualTo(70);
        assertThat(memory.hold(0, 70)).isTrue();
        assertThat(memory.mostFor(70)).isEqualTo(70);
        assertThat(memory.held()).isEqualTo(ALL);
    }

    /** The smaller one only stops reading: the memory that it needs is given up by a larger one. */
    @Test
    void theSessionsWithMuchGiveUp() {
        memory.hold(0, 95);
        memory.hold(0, 95);
        assertThat(memory.hold(0, 61)).isTrue();
        assertThat(memory.mostFor(61)).isEqualTo(60);
        assertThat(memory.hold(95, 95)).isFalse();
        // Although the first one has not let go of its bytes yet: it no longer counts.
        assertThat(memory.hold(95, 95)).isTrue();
        assertThat(memory.hold(61, 100)).isTrue();
    }

    /** However much there is: if each session asks some times more, and ends if it must give up, what is left fits. */
    @Property
    void whatIsLeftFits(@ForAll @Size(min = 1, max = 20) @IntRange(min = 0, max = 150) int[] wanted) {
        ReadAheadMemory shared = new ReadAheadMemory(EACH, ALL);
        long[] held = new long[wanted.length];
        for (int round = 0; round < 5; round++) {
            for (int each = 0; each < wanted.length; each++) {
                long before = held[each];
                // One byte too many says that there are more, as the socket does it.
                held[each] = Math.max(before, Math.min(wanted[each], shared.mostFor(before) + 1));
                if (!shared.hold(before, held[each])) {
                    held[each] = 0;
                    wanted[each] = 0;
                }
                assertThat(shared.held()).isEqualTo(Arrays.stream(held).sum()).isLessThanOrEqualTo(ALL + wanted.length);
            }
        }
        assertThat(shared.held()).isLessThanOrEqualTo(ALL);
    }
}
