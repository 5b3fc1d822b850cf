package io.github.pgpubsub.internal.log.reading.simulation;

import static io.github.pgpubsub.internal.log.reading.simulation.Simulation.MILLI;

import io.github.pgpubsub.internal.log.reading.simulation.SimulatedServer.Tx;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Transactions that write: some rows, with time between xid, id and the trigger; savepoints; commits that come late or never;
 * prepared ones. Each changes something first, one of a few keys, and holds it until its end.
 */
final class SimulatedWriters {

    private static final int KEYS = 4;

    private final Simulation world;
    private final SimulatedServer server;
    /** Which transaction holds which key: an object of its own for each. */
    private final Map<Integer, Object> keys = new HashMap<>();
    private final Map<Long, Integer> preparedKeys = new HashMap<>();
    private final boolean busy;
    private int working;

    /** One transaction. */
    private final class Writing {

        final int key;
        final int run = server.run;
        Tx tx;
        int left = world.chance(6) ? 3 + world.random.nextInt(12) : 1 + world.random.nextInt(2);

        Writing(int key) {
            this.key = key;
        }

        boolean isOver() {
            return server.run != run || (tx != null && tx.over);
        }

        void statement() {
            if (isOver()) {
                end();
                return;
            }
            if (tx == null) {
                tx = server.begin();
            }
            world.at(pause(), this::insert);
        }

        private void insert() {
            if (isOver()) {
                end();
                return;
            }
            int before = tx.rows.size();
            server.insert(tx, world.now / 1000, 0);
            left--;
            if (world.chance(10)) {
                server.rollbackToSavepoint(tx, before);
            }
            world.at(pause(), this::trigger);
        }

        private void trigger() {
            if (isOver()) {
                end();
                return;
            }
            for (int group = 1; group <= world.groups; group++) {
                world.locks.written(tx, group);
            }
            if (left > 0) {
                world.at(pause(), this::statement);
            } else {
                world.at(world.chance(8) ? world.random.nextLong(300) * MILLI : world.delay(), this::finish);
            }
        }

        private void finish() {
            if (isOver()) {
                end();
                return;
            }
            int how = world.random.nextInt(12);
            if (how == 0) {
                server.rollback(tx);
                world.at(0, this::end);
            } else if (how == 1 && world.kind != Simulation.Kind.NO_POLL) {
                server.prepare(tx);
                preparedKeys.put(tx.xid, key);
                tx.notifies.clear();
                finishPrepared(tx);
                working--;
            } else {
                server.commit(tx, world.random.nextBoolean());
                world.at(world.random.nextLong(MILLI / 4), this::end);
            }
        }

        /** After the commit is visible: locks are given back, and listeners are told. */
        private void end() {
            if (tx != null && tx.over && server.run == run) {
                world.notifySleepers(tx.rows.isEmpty() ? Set.of() : new HashSet<>(tx.notifies));
            }
            if (tx != null) {
                world.locks.end(tx);
            }
            keys.remove(key, this);
            working--;
        }
    }

    SimulatedWriters(Simulation world) {
        this.world = world;
        this.server = world.server;
        this.busy = world.random.nextBoolean();
    }

    void start() {
        int count = 1 + world.random.nextInt(5);
        for (int i = 0; i < count; i++) {
            world.at(world.delay(), this::next);
        }
    }

    private void next() {
        if (world.calm) {
            return;
        }
        int key = world.random.nextInt(KEYS);
        if (world.isUp() && !keys.containsKey(key)) {
            begin(key);
        }
        world.at(busy ? world.random.nextLong(4 * MILLI) : world.random.nextLong(60 * MILLI), this::next);
    }

    private void begin(int key) {
        Writing writing = new Writing(key);
        keys.put(key, writing);
        working++;
        writing.statement();
    }

    /** What a group has parked is written to the log again. */
    void requeue(int group) {
        Set<LogRow> back = new TreeSet<>(Comparator.comparingLong((LogRow row) -> row.id));
        back.addAll(server.parked(group));
        if (back.isEmpty()) {
            return;
        }
        world.log("requeues for group " + group + ": " + back);
        working++;
        int run = server.run;
        Tx tx = server.begin();
        back.forEach(each -> server.insert(tx, world.now / 1000, group));
        for (int each = 1; each <= world.groups; each++) {
            world.locks.written(tx, each);
        }
        world.at(pause(), () -> {
            if (server.run == run && server.places.containsKey(group)) {
                server.requeue(tx, group, back);
                world.notifySleepers(new HashSet<>(tx.notifies));
            } else if (server.run == run) {
                server.rollback(tx);
            }
            world.locks.end(tx);
            working--;
        });
    }

    /** Some more, after everything else. */
    void last() {
        for (int key = 0; key < KEYS; key++) {
            if (!keys.containsKey(key)) {
                begin(key);
            }
        }
    }

    private long pause() {
        return world.chance(20) ? world.random.nextLong(20 * MILLI) : world.random.nextLong(MILLI / 4);
    }

    private void finishPrepared(Tx tx) {
        world.at(world.random.nextLong(400) * MILLI, () -> {
            if (tx.over) {
                return;
            }
            if (world.random.nextInt(3) == 0) {
                server.rollback(tx);
            } else {
                server.commit(tx, true);
            }
            world.locks.end(tx);
            forget(tx.xid);
        });
    }

    private void forget(long xid) {
        Integer key = preparedKeys.remove(xid);
        if (key != null) {
            keys.remove(key);
        }
    }

    /** The server goes on with these. */
    void restarted(List<Tx> prepared) {
        Set<Long> known = new HashSet<>();
        for (Tx tx : prepared) {
            known.add(tx.xid);
            finishPrepared(tx);
        }
        List.copyOf(preparedKeys.keySet()).stream().filter(xid -> !known.contains(xid)).forEach(this::forget);
    }

    boolean isIdle() {
        // One that was finished before a fail-over may be open again after it.
        return working == 0 && preparedKeys.isEmpty() && !server.hasPrepared();
    }
}
