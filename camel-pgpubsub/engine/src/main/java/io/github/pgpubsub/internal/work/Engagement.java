package io.github.pgpubsub.internal.work;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many workers of a crew are engaged: they wait for a thread, or take and handle pieces. A worker that finds nothing is released,
 * unless somebody has called since it began to look: what was put after its look must not wait for the next call. Lock-free, because
 * the thread that puts calls for each piece, and without memory.
 */
final class Engagement {

    private static final int CALL = 32;

    private final int most;
    /** The number of calls, above the number of workers that are engaged. */
    private final AtomicLong state = new AtomicLong();

    /** @param most number of workers that may be engaged at once */
    Engagement(int most) {
        assert most > 0;
        this.most = most;
    }

    /**
     * Notes a call.
     *
     * @param pieces number of workers that find something, at most
     * @return how many further workers are engaged for it
     */
    int call(int pieces) {
        while (true) {
            long seen = state.get();
            int engaged = (int) seen;
            int more = Math.min(pieces, most - engaged);
            if (state.compareAndSet(seen, (((seen >>> CALL) + 1) << CALL) | (engaged + more))) {
                return more;
            }
        }
    }

    /** Number of calls; read it before looking for a piece. */
    long calls() {
        return state.get() >>> CALL;
    }

    /** A worker has found nothing. Returns whether it is released; if not, it has to look again, because somebody has called since. */
    boolean release(long seenCalls) {
        while (true) {
            long seen = state.get();
            if (seen >>> CALL != seenCalls) {
                return false;
            }
            assert (int) seen > 0;
            if (state.compareAndSet(seen, seen - 1)) {
                return true;
            }
        }
    }

    /** A worker will not look again. */
    void release() {
        assert (int) state.get() > 0;
        state.decrementAndGet();
    }

    int engaged() {
        return (int) state.get();
    }
}
