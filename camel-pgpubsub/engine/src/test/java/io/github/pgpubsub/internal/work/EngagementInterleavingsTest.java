package io.github.pgpubsub.internal.work;

import static io.github.pgpubsub.internal.delivery.Interleavings.check;
import static io.github.pgpubsub.internal.delivery.Interleavings.together;

import io.github.pgpubsub.internal.delivery.Interleavings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever puts something finds a worker engaged, or engages one, in any interleaving. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("interleavings")
class EngagementInterleavingsTest {

    @Test
    void nothingIsLeftBehind() {
        Interleavings.of(() -> {
            Shop shop = new Shop(1);
            together(() -> shop.put(1, 2), () -> shop.put(3), () -> shop.put(4));
            check(shop.taken.size() == 4, shop.taken);
            check(shop.most == 1, "at once: " + shop.most);
            check(shop.taken.indexOf(1) < shop.taken.indexOf(2), shop.taken);
            check(shop.engagement.engaged() == 0, "all are released");
        });
    }

    @Test
    void twoAtOnceAtMost() {
        Interleavings.of(() -> {
            Shop shop = new Shop(2);
            together(() -> shop.put(1, 2), () -> shop.put(3), () -> shop.put(4));
            check(shop.taken.size() == 4, shop.taken);
            check(shop.most <= 2, "at once: " + shop.most);
            check(shop.engagement.engaged() == 0, "all are released");
        });
    }

    /** Whoever engages a worker does its work. */
    private static final class Shop {

        private final Engagement engagement;
        private final Queue<Integer> waiting = new ArrayDeque<>();
        private final List<Integer> taken = new ArrayList<>();
        private int working;
        private int most;

        Shop(int workers) {
            engagement = new Engagement(workers);
        }

        void put(int... pieces) {
            for (int piece : pieces) {
                synchronized (this) {
                    waiting.add(piece);
                }
                if (engagement.call(1) > 0) {
                    work();
                }
            }
        }

        private void work() {
            count(1);
            while (true) {
                long calls = engagement.calls();
                if (!take()) {
                    // Not counted at its work any more when the next one may be engaged.
                    count(-1);
                    if (engagement.release(calls)) {
                        return;
                    }
                    count(1);
                }
            }
        }

        private synchronized void count(int more) {
            working += more;
            most = Math.max(most, working);
        }

        private synchronized boolean take() {
            Integer piece = waiting.poll();
            return piece != null && taken.add(piece);
        }
    }
}
