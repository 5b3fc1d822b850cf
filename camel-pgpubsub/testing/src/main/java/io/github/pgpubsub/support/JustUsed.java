package io.github.pgpubsub.support;

import java.time.Duration;

/**
 * Brings a publishing connection into the state of one that was used just now. One that was not used for a second is checked before it is
 * used again, so the next message would wait, or have another outcome.
 */
public final class JustUsed {

    /** Leaves most of the second for what the test does next. */
    private static final Duration LONGEST = Duration.ofMillis(300);

    /** What a test does right before its subject; begins by undoing what an earlier round did. */
    @FunctionalInterface
    public interface Round {

        void run() throws Exception;
    }

    private JustUsed() {}

    /** Runs the round, which uses the connection, until it was quick. */
    public static void by(Round round) throws Exception {
        long begin;
        do {
            begin = System.nanoTime();
            round.run();
        } while (System.nanoTime() - begin > LONGEST.toNanos());
    }
}
