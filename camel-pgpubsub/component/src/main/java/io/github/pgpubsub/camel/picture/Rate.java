package io.github.pgpubsub.camel.picture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How fast a count grows, from the values that it had when somebody looked. Not thread-safe. */
final class Rate {

    /** Looks that {@link #course} shows. */
    private static final int LOOKS = 60;
    /** The rate is the mean of this time. */
    private static final long MEAN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** After a longer time without a look the values before say nothing of now. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Look(long at, long count) {}

    private final Deque<Look> looks = new ArrayDeque<>();

    /** @param now in nanoseconds, of {@link System#nanoTime} */
    void note(long now, long count) {
        Look last = looks.peekLast();
        // A subscription that began anew counts from zero.
        if (last != null && (now - last.at > PAUSE_NANOS || count < last.count)) {
            looks.clear();
        }
        looks.addLast(new Look(now, count));
        if (looks.size() > LOOKS + 1) {
            looks.removeFirst();
        }
    }

    /** In a second, the mean of the last seconds; -1: there has been one look only. */
    double perSecond() {
        Look last = looks.peekLast();
        if (last == null || looks.size() < 2) {
            return -1;
        }
        Look first = last;
        for (Iterator<Look> back = looks.descendingIterator(); back.hasNext() && last.at - first.at < MEAN_NANOS;) {
            first = back.next();
        }
        return between(first, last);
    }

    /** In a second, for each time between two looks. */
    List<Double> course() {
        List<Double> course = new ArrayList<>();
        Look before = null;
        for (Look look : looks) {
            if (before != null) {
                course.add(between(before, look));
            }
            before = look;
        }
        return course;
    }

    private static double between(Look first, Look last) {
        return (last.count - first.count) * 1e9 / Math.max(1, last.at - first.at);
    }
}
