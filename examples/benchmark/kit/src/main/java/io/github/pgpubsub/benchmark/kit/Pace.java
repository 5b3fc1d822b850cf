package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.locks.LockSupport;

/**
 * The sending times of several senders: evenly spaced at a common rate, independent of earlier messages. Latency measured from
 * these times includes the delay of messages that could not be sent in time (avoids coordinated omission).
 */
final class Pace {

    /** Timers may fire this late, so the last part of the wait yields in a loop instead. */
    private static final long TIMER_NANOS = 100_000;

    private final long start;
    private final double nanosBetween;
    private final int senders;

    Pace(long start, long ratePerSecond, int senders) {
        this.start = start;
        this.nanosBetween = 1e9 / ratePerSecond;
        this.senders = senders;
    }

    /** Waits until a sender's message is due. Returns the due time. */
    long await(int sender, long message) {
        long due = start + (long) ((message * senders + sender) * nanosBetween);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            if (left > TIMER_NANOS) {
                LockSupport.parkNanos(left - TIMER_NANOS);
            } else {
                Thread.yield();
            }
        }
        return due;
    }
}
