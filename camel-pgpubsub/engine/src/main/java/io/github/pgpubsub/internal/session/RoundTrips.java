package io.github.pgpubsub.internal.session;

import java.util.Arrays;

/** How long the last requests took, in nanoseconds. Not thread-safe. */
final class RoundTrips {

    private static final int REMEMBERED = 10;

    private final long[] latest = new long[REMEMBERED];
    private int next;
    private long longest;

    void add(long nanos) {
        latest[next] = nanos;
        next = (next + 1) % REMEMBERED;
        longest = Arrays.stream(latest).max().orElseThrow();
    }

    /** Of the last ten; 0: none yet. */
    long longest() {
        return longest;
    }
}
