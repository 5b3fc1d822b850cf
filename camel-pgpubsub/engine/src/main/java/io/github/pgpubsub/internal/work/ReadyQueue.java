package io.github.pgpubsub.internal.work;

import org.jspecify.annotations.Nullable;

/**
 * The crews with workers that need a thread, in the order of their requests: a crew stands in the queue once, whatever the number of its
 * workers, and goes to the end when one of them has got a thread. Needs no memory. Guarded by the pool's monitor.
 */
final class ReadyQueue {

    private @Nullable Crew first;
    private @Nullable Crew last;
    private int workers;
    private long added;
    private long taken;

    boolean isEmpty() {
        return first == null;
    }

    /** Number of workers that wait. */
    int workers() {
        return workers;
    }

    /** Number of workers that ever began to wait. */
    long added() {
        return added;
    }

    /** Number of workers that ever got a thread. */
    long taken() {
        return taken;
    }

    void add(Crew crew, int count) {
        assert count > 0;
        if (crew.waiting == 0) {
            append(crew);
        }
        crew.waiting += count;
        workers += count;
        added += count;
    }

    /** One worker of the crew that has waited longest; null: none waits. */
    @Nullable
    Crew take() {
        Crew crew = first;
        if (crew == null) {
            return null;
        }
        first = crew.behind;
        crew.behind = null;
        last = first == null ? null : last;
        crew.waiting--;
        workers--;
        taken++;
        if (crew.waiting > 0) {
            append(crew);
        }
        return crew;
    }

    private void append(Crew crew) {
        Crew end = last;
        if (end == null) {
            first = crew;
        } else {
            end.behind = crew;
        }
        last = crew;
    }
}
