package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.locks.LockSupport;

/**
 * When each of several senders is to send: at a common rate, evenly, whatever became of the messages before. Who measures from
 * these times also counts the waiting of messages that could not be sent in time (coordinated omission).
 */
final class Pace {

    /** Timers wake up so much late; the rest is waited for by giving way to whoever has work. */
    private static final long TIMER_NANOS = 100_000;

    private final long start;
    private final double nanosBetween;
    private final int senders;

    Pace(long start, long ratePerSecond, int senders) {
        this.start = start;
        this.nanosBetween = 1e9 / ratePerSecond;
        this.senders = senders;
    }

    /** Waits until a sender's message is due, and returns when it was to be sent. */
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
