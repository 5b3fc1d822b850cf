package io.github.pgpubsub.internal.log.sharding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A process with a session, and one or two members of the group. */
final class SimulatedProcess {

    private record Due(long at, Runnable action) {}

    final List<SimulatedMember> members = new ArrayList<>();
    /** Of the session; 0: not connected. */
    int backend;
    long reconnectAt;
    boolean frozen;
    boolean dead;
    /** What the session sends, in order. */
    private final Deque<Due> outbox = new ArrayDeque<>();
    /** What comes back, in order. */
    private final Deque<Due> inbox = new ArrayDeque<>();

    void send(long at, Runnable action) {
        outbox.add(new Due(at, action));
    }

    void answer(long at, Runnable action) {
        inbox.add(new Due(at, action));
    }

    void lose() {
        outbox.clear();
        inbox.clear();
        backend = 0;
    }

    boolean isHealthy() {
        return !dead && !frozen && backend != 0;
    }

    /** What is sent arrives even if the process freezes behind it. */
    void deliver(long now) {
        run(outbox, now);
        if (!frozen) {
            run(inbox, now);
        }
    }

    private static void run(Deque<Due> dues, long now) {
        while (!dues.isEmpty() && dues.peek().at <= now) {
            dues.remove().action.run();
        }
    }
}
