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

    /** What a piece of WAL says of its transaction. */
    private enum What {
        WRITES, PREPARES, COMMITS, ROLLS_BACK
    }

    /**
     * A piece of WAL.
     *
     * @param row     null: none was written, or nobody is going to see it
     * @param durable a restart does not lose it
     * @param change  what it changes in the tables, each time it is replayed
     */
    private record Entry(What what, long xid, long sequence, LogRow row, boolean durable, Runnable change) {}

    private static final Runnable NOTHING = () -> {};

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
    /** What exchanges with ackMode=transaction have written. */
    final Map<LogRow, Integer> effects = new LinkedHashMap<>();
    private final Map<Integer, Set<LogRow>> parked = new HashMap<>();
    private final Map<Integer, Set<LogRow>> requeued = new HashMap<>();
    private final Map<Integer, Set<LogRow>> written = new HashMap<>();
    private final boolean waitsForDisk;

    /** @param waitsForDisk its setting synchronous_commit; off: who needs a commit to be durable has to say so */
    SimulatedServer(RandomGenerator random, boolean waitsForDisk) {
        this.random = random;
        this.waitsForDisk = waitsForDisk;
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

    /** Draws an id and writes the row. For one group, or 0: for all. */
    void insert(Tx tx, long micros, int group) {
        sequence++;
        LogRow row = new LogRow(sequence, tx.xid, micros, slot, event(), group);
        tx.rows.add(row);
        rows.add(row);
        journal.add(new Entry(What.WRITES, tx.xid, sequence, row, false, NOTHING));
    }

    void rollbackToSavepoint(Tx tx, int rowsBefore) {
        List<LogRow> undone = tx.rows.subList(rowsBefore, tx.rows.size());
        rows.removeAll(undone);
        Set<LogRow> set = new HashSet<>(undone);
        // Nobody sees them whatever becomes of the transaction.
        journal.replaceAll(entry -> entry.row != null && set.contains(entry.row)
                ? new Entry(What.WRITES, entry.xid, entry.sequence, null, false, NOTHING)
                : entry);
        undone.clear();
    }

    void prepare(Tx tx) {
        tx.prepared = true;
        journal.add(new Entry(What.PREPARES, tx.xid, sequence, null, true, NOTHING));
    }

    /** @param durable whether a restart may lose it */
    void commit(Tx tx, boolean durable) {
        commit(tx, durable, NOTHING);
    }

    private void commit(Tx tx, boolean durable, Runnable change) {
        change.run();
        journal.add(new Entry(What.COMMITS, tx.xid, sequence, null, durable, change));
        complete(tx, true);
    }

    void rollback(Tx tx) {
        if (tx.prepared) {
            journal.add(new Entry(What.ROLLS_BACK, tx.xid, sequence, null, true, NOTHING));
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
        update(tx, place, row);
        return tx.xid;
    }

    void update(Tx tx, int place, PlaceRow row) {
        commit(tx, true, () -> places.put(place, row));
    }

    /** @param complete what an exchange completes in the transaction that moves its place: each has its effect there */
    void update(Tx tx, int place, PlaceRow row, List<LogRow> complete, boolean durable) {
        commit(tx, durable, () -> {
            places.put(place, row);
            complete.forEach(each -> effects.merge(each, 1, Integer::sum));
        });
    }

    void park(int place, PlaceRow row, LogRow failed, boolean durable) {
        commit(begin(), durable, () -> {
            places.put(place, row);
            parked(place).add(failed);
        });
    }

    /** Without waiting for the disk, as far as the server's settings allow that. */
    void acknowledge(int place, PlaceRow row) {
        commit(begin(), waitsForDisk, () -> places.put(place, row));
    }

    Set<LogRow> parked(int place) {
        return parked.computeIfAbsent(place, any -> new LinkedHashSet<>());
    }

    /** What was parked and is written to the log again for that group alone. */
    Set<LogRow> requeued(int place) {
        return requeued.computeIfAbsent(place, any -> new LinkedHashSet<>());
    }

    /** Commits rows that were written in place of these. */
    void requeue(Tx tx, int place, Set<LogRow> back) {
        commit(tx, true, () -> {
            parked(place).removeAll(back);
            requeued(place).addAll(back);
        });
    }

    /** A group begins. It need not get what that snapshot sees. */
    void join(int place, PlaceRow row, Xids before) {
        List<LogRow> seen = rows.stream().filter(each -> isCommitted(each) && before.sees(each.xid)).toList();
        commit(begin(), true, () -> {
            places.put(place, row);
            written(place).addAll(seen);
        });
    }

    /** What was there before a group began. */
    Set<LogRow> written(int place) {
        return written.computeIfAbsent(place, any -> new LinkedHashSet<>());
    }

    /** The group is removed, with its place and what it has parked. */
    void remove(int place) {
        commit(begin(), true, () -> {
            written.remove(place);
            places.remove(place);
            parked.remove(place);
            requeued.remove(place);
        });
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
        commit(begin(), true, () -> {
            rows.removeIf(row -> row.slot == emptied);
            slot = emptied;
        });
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
        parked.clear();
        requeued.clear();
        written.clear();
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
        switch (entry.what) {
            case WRITES -> {
            }
            case PREPARES -> open.computeIfAbsent(entry.xid, Tx::new).prepared = true;
            case COMMITS -> {
                committed.add(entry.xid);
                open.remove(entry.xid);
            }
            case ROLLS_BACK -> open.remove(entry.xid);
        }
        entry.change.run();
    }

    boolean hasPrepared() {
        return running.values().stream().anyMatch(tx -> tx.prepared);
    }
}
