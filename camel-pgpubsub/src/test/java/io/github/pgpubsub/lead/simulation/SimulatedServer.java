package io.github.pgpubsub.lead.simulation;

import io.github.pgpubsub.lead.ControlMessage;
import io.github.pgpubsub.lead.Lock;
import io.github.pgpubsub.lead.Poll;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What matters of a PostgreSQL server: one totally ordered stream of notifications, sessions, and locks that end with them. */
final class SimulatedServer {

    /** A committed notification: data with its number, or a control message. */
    record Note(long time, int sender, long number, ControlMessage control) {}

    final List<Note> stream = new ArrayList<>();
    /** When the sessions ended that are no more. */
    private final Map<Integer, Long> ended = new HashMap<>();
    private final Set<Integer> sessions = new HashSet<>();
    private final Map<Lock, Integer> locks = new EnumMap<>(Lock.class);
    private final Set<Integer> present = new HashSet<>();
    private final Set<Integer> witnesses = new HashSet<>();
    private int lastBackend = 100;
    private long lastNumber = -1;
    private int starts;
    private long startedAt = -3600L * 1_000_000_000L;
    private long restartedAt;

    /** All sessions end; after some time there is another run, whose process ids are the same again. */
    void restart(long now, long upAgainAt) {
        List.copyOf(sessions).forEach(backend -> end(backend, now));
        starts++;
        startedAt = upAgainAt;
        restartedAt = now;
        lastBackend = 100;
        ended.clear();
    }

    boolean isUp(long now) {
        return now >= startedAt;
    }

    String start() {
        return "start " + starts;
    }

    int starts() {
        return starts;
    }

    long startedAt() {
        return startedAt;
    }

    int connect() {
        sessions.add(++lastBackend);
        return lastBackend;
    }

    void end(int backend, long now) {
        if (sessions.remove(backend)) {
            ended.put(backend, now);
            present.remove(backend);
            witnesses.remove(backend);
            locks.values().removeIf(holder -> holder == backend);
        }
    }

    boolean isAlive(int backend) {
        return sessions.contains(backend);
    }

    long endedAt(int backend) {
        return ended.get(backend);
    }

    /** When the last run ended. */
    long restartedAt() {
        return restartedAt;
    }

    long publish(int sender, long now) {
        stream.add(new Note(now, sender, ++lastNumber, null));
        return lastNumber;
    }

    long published() {
        return lastNumber + 1;
    }

    void control(int sender, String payload, long now) {
        stream.add(new Note(now, sender, -1, ControlMessage.decode(payload).orElseThrow()));
    }

    boolean tryLock(int backend, Lock lock) {
        return locks.putIfAbsent(lock, backend) == null || locks.get(lock) == backend;
    }

    void unlock(int backend, Lock lock) {
        locks.remove(lock, backend);
    }

    void share(int backend, Lock lock) {
        (lock == Lock.WITNESS ? witnesses : present).add(backend);
    }

    void unshare(int backend, Lock lock) {
        (lock == Lock.WITNESS ? witnesses : present).remove(backend);
    }

    int holder(Lock lock) {
        return locks.getOrDefault(lock, 0);
    }

    Poll look(int backend, Lock tried, boolean acquired) {
        Set<Integer> all = new HashSet<>(present);
        all.addAll(witnesses);
        int others = witnesses.size() - (witnesses.contains(backend) ? 1 : 0);
        return new Poll(tried, acquired, holder(Lock.LEADER), holder(Lock.STANDBY), all.size(), others);
    }
}
