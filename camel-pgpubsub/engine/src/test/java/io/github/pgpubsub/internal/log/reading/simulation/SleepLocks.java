package io.github.pgpubsub.internal.log.reading.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The advisory locks of readers that sleep, one a group: exclusive for a session that sleeps, shared for writers at work. */
final class SleepLocks {

    private final Map<Integer, Integer> sleeping = new HashMap<>();
    private final Map<Integer, Set<SimulatedServer.Tx>> writing = new HashMap<>();

    /** A session tries it. It is re-entrant, as the server's is, and counted once, as the component has to. */
    boolean sleep(int group, int session) {
        Integer holder = sleeping.get(group);
        if ((holder != null && holder != session) || !writing.getOrDefault(group, Set.of()).isEmpty()) {
            return false;
        }
        sleeping.put(group, session);
        return true;
    }

    void wake(int group, int session) {
        sleeping.remove(group, session);
    }

    /** That session is over. */
    void end(int session) {
        sleeping.values().removeIf(holder -> holder == session);
    }

    /** The trigger of a writer's statement. */
    void written(SimulatedServer.Tx tx, int group) {
        if (tx.shares.contains(group)) {
            return;
        }
        if (sleeping.containsKey(group)) {
            tx.notifies.add(group);
        } else {
            tx.shares.add(group);
            writing.computeIfAbsent(group, any -> new HashSet<>()).add(tx);
        }
    }

    /** That transaction is over, and what it did is visible. */
    void end(SimulatedServer.Tx tx) {
        writing.values().forEach(each -> each.remove(tx));
    }

    void restart() {
        sleeping.clear();
        writing.clear();
    }
}
