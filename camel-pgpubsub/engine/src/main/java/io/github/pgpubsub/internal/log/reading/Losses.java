package io.github.pgpubsub.internal.log.reading;

/**
 * Losses of the connection with nothing read between them. Connecting and step 0 need little; what is to be read may be too much for the
 * network or the server, again and again. Such a leader must not keep the lead because it is always about to read.
 */
final class Losses {

    /** From so many on they are one trouble; fewer may have come after a long wait for workers, say, in which nothing was to be read. */
    private static final int MANY = 3;

    private int count;
    private long first;

    void lost(long now) {
        if (count == 0) {
            first = now;
        }
        count++;
    }

    /** Something was read, or another lead begins. */
    void end() {
        count = 0;
    }

    /** Since when a leader without a connection has got nowhere. */
    long since(long away) {
        return count >= MANY ? first : away;
    }
}
