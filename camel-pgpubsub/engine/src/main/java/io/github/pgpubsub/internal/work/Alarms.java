package io.github.pgpubsub.internal.work;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is to be called at a certain time. Thread-safe. */
final class Alarms {

    /** No alarm is set. */
    static final long NONE = Long.MAX_VALUE;

    /** One caller's alarm, which is set for one time at most. */
    static final class Alarm {

        private final Runnable call;
        /** In terms of {@link System#nanoTime}. Means nothing unless it is set. */
        private long at;
        private boolean set;

        Alarm(Runnable call) {
            this.call = call;
        }

        void ring() {
            call.run();
        }
    }

    private final PriorityQueue<Alarm> set = new PriorityQueue<>((one, other) -> Long.signum(one.at - other.at));

    /**
     * Sets an alarm, unless it is set for an earlier time.
     *
     * @return whether it is the first of all now
     */
    synchronized boolean set(Alarm alarm, long at) {
        if (alarm.set) {
            if (at - alarm.at >= 0) {
                return false;
            }
            set.remove(alarm);
            alarm.set = false;
        }
        alarm.at = at;
        set.add(alarm);
        alarm.set = true;
        return set.peek() == alarm;
    }

    synchronized void cancel(Alarm alarm) {
        if (alarm.set) {
            set.remove(alarm);
            alarm.set = false;
        }
    }

    /** The next alarm whose time has come, which is not set any more; null: none. */
    synchronized @Nullable Alarm due(long now) {
        Alarm first = set.peek();
        if (first == null || first.at - now > 0) {
            return null;
        }
        set.poll();
        first.set = false;
        return first;
    }

    /** Nanoseconds until the next alarm, or {@link #NONE}. */
    synchronized long remaining(long now) {
        Alarm first = set.peek();
        return first == null ? NONE : Math.max(0, first.at - now);
    }
}
