package io.github.pgpubsub.internal.log.reading.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The server's transactions: xids, snapshots, a sequence, rows, and a journal (its WAL), from the beginning of which it can be
 * made again, as a restart and an asynchronous fail-over do.
 */
final class SimulatedServer {

    static final int SLOTS = 3;

    /** A transaction that has drawn an xid. */
    static final class Tx {

        final long xid;
        final List<LogRow> rows = new ArrayList<>();
        boolean prepared;
        boolean over;
        /** What it holds of the sleep locks, and whom it notifies. */
        final Set<Integer> shares = new HashSet<>();
        final Set<Integer> notifies = new HashSet<>();

        Tx(long xid) {
            this.xid = xid;
        }
    }

    /** A piece of WAL. What is null in it did not happen. */
    private record Entry(long xid, long sequence, LogRow row, boolean prepared, boolean commits, boolean rollsBack,
            boolean durable,
            Map<Integer, PlaceRow> places, int groupRemoved, int emptied, LogRow effect) {}

    private final RandomGenerator random;
    private final List<Entry> journal = new ArrayList<>();
    int timeline = 1;
    /** Counts restarts and fail-overs: what began before one of them does not go on after it. */
    int run = 1;
    private long events;
    private long nextXid = 10;
    private long latestCompleted = 9;
    private long sequence;
    int slot;
    private final Map<Long, Tx> running = new TreeMap<>();
    private final Set<Long> committed = new HashSet<>();
    private final List<LogRow> rows = new ArrayList<>();
    final Map<Integer, PlaceRow> places = new HashMap<>();
    /** What exchanges with ackMode=transaction have written, by group. */
    final Map<LogRow, Integer> effects = new LinkedHashMap<>();

    SimulatedServer(RandomGenerator random) {
        this.random = random;
    }

    // ---- transactions

    long event() {
        return ++events;
    }

    Tx begin() {
        Tx tx = new Tx(nextXid++);
        running.put(tx.xid, tx);
        return tx;
    }

    Xids snapshot() {
        Set<Long> xip = new TreeSet<>();
        running.keySet().stream().filter(xid -> xid <= latestCompleted).forEach(xip::add);
        return new Xids(latestCompleted + 1, xip);
    }

    long sequence() {
        return sequence;
    }

    /** Draws an id and writes the row. */
    void insert(Tx tx, long micros) {
        sequence++;
        LogRow row = new LogRow(sequence, tx.xid, micros, slot, event());
        tx.rows.add(row);
        rows.add(row);
        journal.add(new Entry(tx.xid, sequence, row, false, false, false, false, Map.of(), 0, -1, null));
    }

    void rollbackToSavepoint(Tx tx, int rowsBefore) {
        List<LogRow> undone = tx.rows.subList(rowsBefore, tx.rows.size());
        rows.removeAll(undone);
        Set<LogRow> set = new HashSet<>(undone);
        // Nobody sees them whatever becomes of the transaction.
        journal.replaceAll(entry -> entry.row != null && set.contains(entry.row)
                ? new Entry(entry.xid, entry.sequence, null, false, false, false, false, Map.of(), 0, -1, null)
                : entry);
        undone.clear();
    }

    void prepare(Tx tx) {
        tx.prepared = true;
        journal.add(new Entry(tx.xid, sequence, null, true, false, false, true, Map.of(), 0, -1, null));
    }

    /** @param durable whether a restart may lose it */
    void commit(Tx tx, boolean durable) {
        journal.add(new Entry(tx.xid, sequence, null, false, true, false, durable, Map.of(), 0, -1, null));
        complete(tx, true);
    }

    void rollback(Tx tx) {
        if (tx.prepared) {
            journal.add(new Entry(tx.xid, sequence, null, false, false, true, true, Map.of(), 0, -1, null));
        }
        complete(tx, false);
        rows.removeAll(tx.rows);
    }

    private void complete(Tx tx, boolean commits) {
        running.remove(tx.xid);
        tx.over = true;
        latestCompleted = Math.max(latestCompleted, tx.xid);
        long at = event();
        if (commits) {
            committed.add(tx.xid);
            tx.rows.forEach(row -> row.committed(at));
        }
    }

    /** Draws an xid, updates a place, and commits. */
    long update(int place, PlaceRow row) {
        Tx tx = begin();
        update(tx, place, row, null);
        return tx.xid;
    }

    void update(Tx tx, int place, PlaceRow row, LogRow effect) {
        places.put(place, row);
        if (effect != null) {
            effects.merge(effect, 1, Integer::sum);
        }
        journal.add(new Entry(tx.xid, sequence, null, false, true, false, true, Map.of(place, row), 0, -1, effect));
        complete(tx, true);
    }

    void remove(int place) {
        Tx tx = begin();
        places.remove(place);
        journal.add(new Entry(tx.xid, sequence, null, false, true, false, true, Map.of(), place, -1, null));
        complete(tx, true);
    }

    // ---- the log

    boolean isCommitted(LogRow row) {
        return committed.contains(row.xid);
    }

    List<LogRow> rows() {
        return rows;
    }

    boolean isWrittenTo(int checked) {
        return running.values().stream().anyMatch(tx -> tx.rows.stream().anyMatch(row -> row.slot == checked));
    }

    void empty(int emptied) {
        rows.removeIf(row -> row.slot == emptied);
        journal.add(new Entry(stamp(), sequence, null, false, true, false, true, Map.of(), 0, emptied, null));
        slot = emptied;
    }

    private long stamp() {
        Tx tx = begin();
        complete(tx, true);
        return tx.xid;
    }

    // ---- restarts

    int journalSize() {
        return journal.size();
    }

    /** A restart of the same server loses at most what followed the last durable commit. */
    int shortestAfterRestart() {
        int size = journal.size();
        while (size > 0 && !journal.get(size - 1).durable) {
            size--;
        }
        return size;
    }

    /** What goes on after that: the first part of the journal, and prepared transactions in it. Returns those. */
    List<Tx> restart(int length, boolean failOver) {
        List<Entry> kept = new ArrayList<>(journal.subList(0, length));
        journal.clear();
        rows.clear();
        committed.clear();
        places.clear();
        effects.clear();
        running.values().forEach(tx -> tx.over = true);
        running.clear();
        sequence = 0;
        slot = 0;
        nextXid = 10;
        Map<Long, Tx> open = new TreeMap<>();
        for (Entry entry : kept) {
            replay(entry, open);
        }
        open.values().removeIf(tx -> !tx.prepared);
        Set<Long> alive = new HashSet<>(open.keySet());
        rows.removeIf(row -> !committed.contains(row.xid) && !alive.contains(row.xid));
        rows.stream().filter(row -> alive.contains(row.xid)).forEach(row -> row.committedAt = 0);
        running.putAll(open);
        journal.addAll(kept);
        latestCompleted = nextXid - 1;
        sequence += random.nextInt(3) == 0 ? random.nextInt(32) : 0;
        run++;
        timeline += failOver ? 1 : 0;
        event();
        return new ArrayList<>(open.values());
    }

    private void replay(Entry entry, Map<Long, Tx> open) {
        nextXid = Math.max(nextXid, entry.xid + 1);
        sequence = Math.max(sequence, entry.sequence);
        if (entry.row != null) {
            rows.add(entry.row);
            open.computeIfAbsent(entry.xid, Tx::new).rows.add(entry.row);
        }
        if (entry.prepared) {
            open.computeIfAbsent(entry.xid, Tx::new).prepared = true;
        }
        if (entry.commits) {
            committed.add(entry.xid);
            open.remove(entry.xid);
        }
        if (entry.rollsBack) {
            open.remove(entry.xid);
        }
        places.putAll(entry.places);
        places.remove(entry.groupRemoved);
        if (entry.emptied >= 0) {
            rows.removeIf(row -> row.slot == entry.emptied);
            slot = entry.emptied;
        }
        if (entry.effect != null) {
            effects.merge(entry.effect, 1, Integer::sum);
        }
    }

    Set<Tx> running() {
        return new LinkedHashSet<>(running.values());
    }
}
