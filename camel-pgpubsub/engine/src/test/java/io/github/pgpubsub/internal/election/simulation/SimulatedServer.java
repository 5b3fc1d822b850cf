package io.github.pgpubsub.internal.election.simulation;

import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.Poll;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Model of a PostgreSQL server: a totally ordered stream of notifications, sessions, and locks that end with their sessions. */
public final class SimulatedServer {

    private record Session(int run, int backend) {}

    /** A committed notification: a data message with its number, or a control message. */
    public record Note(long time, int sender, long number, ControlMessage control) {}

    public final List<Note> stream = new ArrayList<>();
    /** End times of former sessions. */
    private final Map<Session, Long> ended = new HashMap<>();
    /** Whether the backend with this process id is alive: the question that a simulation asks most. */
    private boolean[] sessions = new boolean[200];
    private final Map<Lock, Integer> locks = new EnumMap<>(Lock.class);
    private final Set<Integer> present = new HashSet<>();
    private final Set<Integer> witnesses = new HashSet<>();
    private int lastBackend = 100;
    private long lastNumber = -1;
    private int starts;
    private long startedAt = -3600L * 1_000_000_000L;

    /** Ends all sessions. After some time there is another run, in which process ids repeat. */
    void restart(long now, long upAgainAt) {
        for (int backend = 0; backend < sessions.length; backend++) {
            end(backend, now);
        }
        starts++;
        startedAt = upAgainAt;
        lastBackend = 100;
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
        connect(++lastBackend);
        return lastBackend;
    }

    /** Opens a session with this process id. */
    public void connect(int backend) {
        if (backend >= sessions.length) {
            sessions = Arrays.copyOf(sessions, 2 * backend);
        }
        sessions[backend] = true;
    }

    public void end(int backend, long now) {
        if (isAlive(backend)) {
            sessions[backend] = false;
            ended.put(new Session(starts, backend), now);
            present.remove(backend);
            witnesses.remove(backend);
            locks.values().removeIf(holder -> holder == backend);
        }
    }

    public boolean isAlive(int backend) {
        return backend < sessions.length && sessions[backend];
    }

    /** End time of that session of that run. */
    long endedAt(int run, int backend) {
        return ended.get(new Session(run, backend));
    }

    public long publish(int sender, long now) {
        stream.add(new Note(now, sender, ++lastNumber, null));
        return lastNumber;
    }

    public long published() {
        return lastNumber + 1;
    }

    public void control(int sender, String payload, long now) {
        control(sender, ControlMessage.decode(payload).orElseThrow(), now);
    }

    void control(int sender, ControlMessage message, long now) {
        stream.add(new Note(now, sender, -1, message));
    }

    public boolean tryLock(int backend, Lock lock) {
        return locks.putIfAbsent(lock, backend) == null || locks.get(lock) == backend;
    }

    public void unlock(int backend, Lock lock) {
        locks.remove(lock, backend);
    }

    public void share(int backend, Lock lock) {
        (lock == Lock.WITNESS ? witnesses : present).add(backend);
    }

    public void unshare(int backend, Lock lock) {
        (lock == Lock.WITNESS ? witnesses : present).remove(backend);
    }

    public int holder(Lock lock) {
        return locks.getOrDefault(lock, 0);
    }

    public Poll look(int backend, Lock tried, boolean acquired) {
        int all = witnesses.size() + (int) present.stream().filter(each -> !witnesses.contains(each)).count();
        int others = witnesses.size() - (witnesses.contains(backend) ? 1 : 0);
        return new Poll(tried, acquired, holder(Lock.LEADER), holder(Lock.STANDBY), all, others,
                witnesses.contains(backend));
    }
}
