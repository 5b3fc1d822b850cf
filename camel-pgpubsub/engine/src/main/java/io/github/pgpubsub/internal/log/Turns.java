package io.github.pgpubsub.internal.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The shards of a subscription take turns: so many messages, or batches, of all of them are handled at once. Queues that wait for a turn stand
 * in line, each of them once, in the order in which they have asked. Messages stay in their queue until it is their turn, so that they can
 * be withdrawn or held until then. The queues share this lock, which guards everything here. Only to stand in line needs memory: otherwise
 * a turn might be lost, or the call of the next in line.
 */
final class Turns {

    final ReentrantLock lock = new ReentrantLock();
    private final List<WorkQueue> line = new ArrayList<>();
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
        if (free == 0 || (!line.isEmpty() && line.get(0) != queue)) {
            if (!line.contains(queue)) {
                line.add(queue);
            }
            return false;
        }
        line.remove(queue);
        free--;
        callFirst();
        return true;
    }

    void giveBack() {
        free++;
        callFirst();
    }

    /** The queue has nothing to begin. */
    void leave(WorkQueue queue) {
        if (line.remove(queue)) {
            callFirst();
        }
    }

    private void callFirst() {
        if (free > 0 && !line.isEmpty()) {
            line.get(0).call();
        }
    }
}
