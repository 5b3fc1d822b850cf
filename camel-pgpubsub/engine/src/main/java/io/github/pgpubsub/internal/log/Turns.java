package io.github.pgpubsub.internal.log;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The shards of a subscription take turns: so many messages, or batches, of all of them are handled at once. Queues that wait for a turn stand
 * in line, each of them once, in the order in which they have asked. Messages stay in their queue until it is their turn, so that they can
 * be withdrawn or held until then. The queues share this lock, which guards everything here.
 */
final class Turns {

    private static final long BREATH_NANOS = 1_000_000;

    final ReentrantLock lock = new ReentrantLock();
    private final Set<WorkQueue> line = new LinkedHashSet<>();
    private int free;

    /** @param turns how many messages, or batches, are handled at once */
    Turns(int turns) {
        this.free = turns;
    }

    /** For a queue that shares its workers with no other. */
    static Turns unlimited() {
        return new Turns(Integer.MAX_VALUE);
    }

    /** False: the queue stands in line, and is called when it comes first and a turn is free. */
    boolean take(WorkQueue queue) {
        if (free == 0 || (!line.isEmpty() && first() != queue)) {
            line.add(queue);
            return false;
        }
        line.remove(queue);
        free--;
        callFirst();
        return true;
    }

    void giveBack() {
        free++;
        while (true) {
            try {
                callFirst();
                return;
            } catch (OutOfMemoryError e) {
                // Whoever is next in line waits for this call.
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    /** The queue has nothing to begin. */
    void leave(WorkQueue queue) {
        if (line.remove(queue)) {
            callFirst();
        }
    }

    private void callFirst() {
        if (free > 0 && !line.isEmpty()) {
            first().call();
        }
    }

    private WorkQueue first() {
        return line.iterator().next();
    }
}
