package io.github.pgpubsub.internal.work;

import io.github.pgpubsub.internal.work.PoolThread.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool's threads, by what they do. Guarded by the pool's monitor, except for {@link #arrived}. */
final class Roster {

    /** Loops count, because an iterator needs memory. */
    private final List<PoolThread> all = new ArrayList<>();
    /** The thread that has slept for the shortest time; the others are below it. */
    private @Nullable PoolThread idle;
    private int searching;
    private int working;
    private int come;
    /** As {@link #come}, for those without the monitor. */
    private volatile int arrived;

    void add(PoolThread created) {
        assert created.state == State.STARTING;
        all.add(created);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    int searching() {
        return searching;
    }

    int working() {
        return working;
    }

    /** Number of threads that have come to look for crews. Needs no monitor. */
    int arrived() {
        return arrived;
    }

    /** Number of threads that have been created, and have not come yet. */
    int starting() {
        return all.size() - arrived;
    }

    /** Number of threads that have been with one piece for longer. */
    int stuck(long now, long nanos) {
        int stuck = 0;
        for (int i = 0; i < all.size(); i++) {
            stuck += all.get(i).isStuck(now, nanos) ? 1 : 0;
        }
        return stuck;
    }

    /** A thread that has ended and does not say so; null: none is seen. */
    @Nullable
    PoolThread dead() {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).hasDied()) {
                return all.get(i);
            }
        }
        return null;
    }

    boolean areAllDead() {
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).hasDied()) {
                return false;
            }
        }
        return true;
    }

    boolean isAnyIdle() {
        return idle != null;
    }

    boolean isOnlyIdle(PoolThread thread) {
        return idle == thread && thread.below == null;
    }

    /** The thread that has slept for the shortest time, which looks for a crew from now on and has to be unparked; null: none sleeps. */
    @Nullable
    PoolThread wakeOne() {
        PoolThread top = idle;
        if (top != null) {
            become(top, State.SEARCHING);
        }
        return top;
    }

    void become(PoolThread thread, State next) {
        State now = thread.state;
        if (now == next || now == State.ENDED) {
            return;
        }
        leave(thread, now);
        switch (next) {
            case SEARCHING -> searching++;
            case WORKING -> working++;
            case IDLE -> {
                thread.below = idle;
                idle = thread;
            }
            case ENDED -> all.remove(thread);
            case STARTING -> throw new IllegalArgumentException("It has come already");
        }
        thread.state = next;
        if (now == State.STARTING || next == State.ENDED) {
            come += (next == State.ENDED ? 0 : 1) - (now == State.STARTING ? 0 : 1);
            arrived = come;
        }
    }

    private void leave(PoolThread thread, State now) {
        switch (now) {
            case SEARCHING -> searching--;
            case WORKING -> working--;
            case IDLE -> unlink(thread);
            case STARTING, ENDED -> {
            }
        }
    }

    private void unlink(PoolThread thread) {
        if (idle == thread) {
            idle = thread.below;
        } else {
            PoolThread above = idle;
            while (above != null && above.below != thread) {
                above = above.below;
            }
            assert above != null;
            above.below = thread.below;
        }
        thread.below = null;
    }
}
