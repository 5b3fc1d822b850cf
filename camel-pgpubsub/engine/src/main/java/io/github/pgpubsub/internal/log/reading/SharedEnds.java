package io.github.pgpubsub.internal.log.reading;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ends of windows that readers of one channel in one process have opened. A reader that opens a window may end it where another one's
 * ends, and take no snapshot of its own: from there on both have the same windows, and one query reads for both.
 *
 * <p>A window's end must be later than its beginning, and snapshots do not tell which of them was taken first. So it is counted when
 * openings begin: an end is later than every beginning that was known before its opening began. Of a beginning that is seen for the first
 * time, in the place that step 0 found for example, it is known that whatever begins from now on is later.
 *
 * <p>That an end was stored here says nothing of the server that goes on after a fail-over: who takes it over looks whether a place
 * there has it. Not thread-safe.
 */
public final class SharedEnds {

    /** A beginning that was known longer ago counts as seen for the first time. */
    private static final int REMEMBERED = 256;

    private final Map<Bound, Long> knownSince = new LinkedHashMap<>();
    private long begun;
    private @Nullable Bound latest;
    private long latestBegun;

    /** The latest end, if a window that begins at {@code done} may have it; null: it may not, or there is none. */
    public @Nullable Bound after(Bound done) {
        Long since = knownSince.putIfAbsent(done, begun);
        forgetOldest();
        return since != null && latestBegun > since ? latest : null;
    }

    /** A reader is about to take the snapshot that ends a window. Returns the number of this opening. */
    public long begin() {
        begun++;
        return begun;
    }

    /**
     * A reader has stored such an end.
     *
     * @param number of its opening
     */
    public void opened(Bound upto, long number) {
        if (number > latestBegun) {
            latest = upto;
            latestBegun = number;
        }
        knownSince.put(upto, begun);
        forgetOldest();
    }

    private void forgetOldest() {
        if (knownSince.size() > REMEMBERED) {
            knownSince.remove(knownSince.keySet().iterator().next());
        }
    }
}
