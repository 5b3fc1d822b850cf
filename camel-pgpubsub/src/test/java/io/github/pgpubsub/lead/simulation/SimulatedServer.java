package io.github.pgpubsub.lead.simulation;

import io.github.pgpubsub.lead.Lock;
import io.github.pgpubsub.lead.Poll;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What matters of a PostgreSQL server: one totally ordered stream of notifications, sessions, and locks that end with them. */
final class SimulatedServer {

    /** A committed notification: data with its number, or a control message. */
    record Note(int sender, long number, String control) {}

    final List<Note> stream = new ArrayList<>();
    private final Set<Integer> sessions = new HashSet<>();
    private final Map<Lock, Integer> locks = new HashMap<>();
    private final Set<Integer> present = new HashSet<>();
    private int lastBackend = 100;
    private long lastNumber = -1;

    int connect() {
        sessions.add(++lastBackend);
        return lastBackend;
    }

    void end(int backend) {
        sessions.remove(backend);
        present.remove(backend);
        locks.values().removeIf(holder -> holder == backend);
    }

    boolean isAlive(int backend) {
        return sessions.contains(backend);
    }

    long publish(int sender) {
        stream.add(new Note(sender, ++lastNumber, null));
        return lastNumber;
    }

    long published() {
        return lastNumber + 1;
    }

    void control(int sender, String payload) {
        stream.add(new Note(sender, -1, payload));
    }

    boolean tryLock(int backend, Lock lock) {
        return locks.putIfAbsent(lock, backend) == null || locks.get(lock) == backend;
    }

    void unlock(int backend, Lock lock) {
        locks.remove(lock, backend);
    }

    void present(int backend) {
        present.add(backend);
    }

    void absent(int backend) {
        present.remove(backend);
    }

    int holder(Lock lock) {
        return locks.getOrDefault(lock, 0);
    }

    Poll look(boolean acquired) {
        return new Poll(acquired, holder(Lock.LEADER), holder(Lock.STANDBY), present.size());
    }
}
