package io.github.pgpubsub.internal.log.reading.simulation;

import static io.github.pgpubsub.internal.log.reading.simulation.Simulation.MILLI;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Effects;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.Reader;
import io.github.pgpubsub.internal.log.reading.TakeAnswer;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.StartFrom;
import java.util.List;
import java.util.UUID;

/**
 * A process around a real {@link Reader}: a direct session with the leader's lock and the sleep lock, a reading connection, and
 * workers. It dies, freezes, loses either connection, and stops.
 */
final class SimulatedMember implements Effects<LogRow> {

    private final Simulation world;
    final Reader<LogRow> reader;
    final int name;
    final int group;
    private final SimulatedWorkers workers;
    private final SimulatedWindows windows;
    private boolean alive = true;
    private boolean stopping;
    private long frozenUntil;
    // the direct session
    private int session;
    private boolean holdsLock;
    private SimulatedConnection direct;
    /** When the server was last known to keep the session. */
    private long proof = -1L << 60;
    // reading
    private SimulatedConnection reading;
    private Fence deposed;
    private Fence used;
    private long asked;
    private long tickAt = Long.MAX_VALUE;
    /** The look that follows the lock is the second one. */
    private boolean lockJustGot;

    SimulatedMember(Simulation world, int name, int group) {
        this.world = world;
        this.name = name;
        this.group = group;
        this.reader = new Reader<>(world.options, this, world.random);
        this.workers = new SimulatedWorkers(world, this);
        this.windows = new SimulatedWindows(world, this);
    }

    void start() {
        inMember(world.delay(), this::keepSession);
        inMember(world.delay(), this::reconnect);
    }

    // ---- events in the process

    /** Something happens in this process: not while it is frozen, and not after its end. */
    void inMember(long delay, Runnable what) {
        world.at(delay, () -> {
            if (!alive) {
                return;
            }
            if (world.now < frozenUntil) {
                inMember(frozenUntil - world.now, what);
                return;
            }
            what.run();
            after();
        });
    }

    private void after() {
        workers.pump();
        long wait = reader.waitNanos(world.now);
        if (alive && wait != Reader.NEVER && (tickAt <= world.now || world.now + wait < tickAt)) {
            tickAt = world.now + wait;
            inMember(Math.max(1, wait), () -> reader.tick(world.now));
        }
    }

    // ---- the direct session

    private void keepSession() {
        if (session != 0 && !world.sessions.contains(session)) {
            session = 0;
            holdsLock = false;
            direct.giveUp();
            reader.leadLost(world.now);
        } else if (session != 0) {
            proof = world.now;
        }
        if (session == 0 && world.isUp() && !stopping) {
            session = world.connect();
            direct = new SimulatedConnection(world, this, false);
        }
        if (session != 0 && !holdsLock && !stopping) {
            tryToLead();
        }
        inMember((2 + world.random.nextInt(15)) * MILLI, this::keepSession);
    }

    private void tryToLead() {
        long from = world.tryLead(group, session);
        if (from >= 0) {
            holdsLock = true;
            int since = session;
            inMember(Math.max(0, from - world.now), () -> {
                if (session == since && holdsLock) {
                    proof = world.sessions.contains(session) ? world.now : proof;
                    reader.leads(world.now);
                }
            });
        }
    }

    boolean mayBegin() {
        return world.now - proof <= Simulation.GRACE;
    }

    void notification() {
        if (world.sessions.contains(session)) {
            int since = session;
            inMember(world.delay(), () -> {
                if (session == since) {
                    reader.woken(world.now);
                }
            });
        }
    }

    // ---- the reading connection

    private void reconnect() {
        if (!world.isUp()) {
            inMember(5 * MILLI, this::reconnect);
            return;
        }
        reading = new SimulatedConnection(world, this, world.pooled);
        reader.connected(world.now);
    }

    /** A connection broke. */
    void lost(SimulatedConnection connection) {
        if (connection == reading) {
            reading = null;
            reader.disconnected(world.now);
            inMember(world.random.nextLong(30) * MILLI, this::reconnect);
        }
    }

    void answered(SimulatedConnection connection, Runnable answer) {
        if (!connection.isGivenUp()) {
            answer.run();
        }
    }

    // ---- faults

    void cut() {
        if (reading != null && !reading.isGivenUp()) {
            SimulatedConnection former = reading;
            former.giveUp();
            inMember(world.delay(), () -> lost(former));
        }
    }

    void serverRestarted() {
        if (!world.pooled) {
            cut();
        }
    }

    void freeze(long nanos) {
        world.log(this, () -> "is frozen for " + nanos / MILLI + " ms");
        frozenUntil = Math.max(frozenUntil, world.now + nanos);
        if (nanos > Simulation.LEADER_TIMEOUT || world.random.nextBoolean()) {
            int frozen = session;
            world.at(Math.min(nanos, Simulation.LEADER_TIMEOUT), () -> world.endSession(frozen));
        }
    }

    void thaw() {
        frozenUntil = Math.min(frozenUntil, world.now);
    }

    void die() {
        alive = false;
        workers.die();
        if (reading != null) {
            reading.giveUp();
        }
        int former = session;
        world.at(world.random.nextLong(200) * MILLI, () -> world.endSession(former));
        world.left(this);
    }

    void stop() {
        if (!stopping) {
            stopping = true;
            inMember(0, () -> reader.stop(world.now));
            long patience = world.kind == Simulation.Kind.ORDERLY ? 20_000 : 100 + world.random.nextLong(400);
            inMember(patience * MILLI, () -> reader.giveUp(world.now));
        }
    }

    @Override
    public void stopped() {
        world.log(this, "has stopped");
        // What it has sent last is run before its connections are closed.
        world.at(0, () -> {
            if (alive) {
                alive = false;
                int former = session;
                world.at(20 * MILLI, () -> world.endSession(former));
                world.left(this);
            }
        });
    }

    // ---- what the world asks

    int session() {
        return session;
    }

    Fence deposed() {
        return deposed;
    }

    long asked() {
        return asked;
    }

    boolean isIdle() {
        return workers.isEmpty() && reader.inHand() == 0;
    }

    @Override
    public String toString() {
        return "member " + name + " of group " + group + (holdsLock ? " leads" : "") + (reader.isInTerm() ? " in term" : "")
                + (reader.isAsleep() ? " asleep" : "") + (stopping ? " stopping" : "") + ", in hand " + reader.inHand();
    }

    // ---- effects: the place

    private void ask(SimulatedConnection.Request request) {
        asked++;
        if (reading != null) {
            reading.request(request);
        }
    }

    @Override
    public void take(Ticket ticket, UUID owner) {
        deposed = null;
        ask((connection, answer) -> {
            if (world.places.isHeld(group)) {
                answer.accept(() -> reader.taken(ticket, new TakeAnswer.Blocked("an exchange"), world.now));
                return;
            }
            TakeAnswer taken = world.places.take(group, owner);
            if (taken instanceof TakeAnswer.Taken each) {
                world.log(this, () -> "takes " + each.place() + " as " + owner);
            }
            answer.accept(() -> reader.taken(ticket, taken, world.now));
        });
    }

    @Override
    public void join(Ticket ticket, StartFrom startFrom, boolean again) {
        ask((connection, answer) -> {
            boolean earliest = startFrom instanceof StartFrom.Earliest;
            Xids now = world.server.snapshot();
            if (world.places.row(group) == null && !again) {
                world.oracle.joins(group);
            }
            world.places.join(group, earliest, now, world.server.sequence(), again ? world.server.sequence() : 0);
            answer.accept(() -> reader.joined(ticket, world.now));
        });
    }

    @Override
    public void endBlockers() {
        world.at(world.delay(), () -> world.places.endBlocker(group));
    }

    @Override
    public void open(Ticket ticket, Fence fence, Bound done) {
        used = fence;
        if (lockJustGot && world.broken == Break.NO_SECOND_LOOK) {
            lockJustGot = false;
            ask((connection, answer) -> answer.accept(() -> reader.opened(ticket, new OpenAnswer.Empty(0), world.now)));
            return;
        }
        lockJustGot = false;
        SimulatedConnection.Request both = reading == null ? null : windows.next(reading.last(), ticket, fence, done);
        if (both == null) {
            ask(windows.open(ticket, fence, done));
        } else {
            reading.replaceLast(both);
        }
    }

    @Override
    public void read(Ticket ticket, PageRequest request) {
        ask((connection, answer) -> {
            if (!world.calm && world.kind != Simulation.Kind.ORDERLY && world.chance(50)) {
                answer.accept(() -> reader.refused(ticket, "statement timeout", world.now));
                return;
            }
            Page<LogRow> page = world.pages.read(request, group);
            answer.accept(() -> reader.read(ticket, page, world.now));
        });
    }

    @Override
    public void acknowledge(Ticket ticket, Fence fence, Acknowledgement acknowledgement) {
        used = fence;
        ask(windows.acknowledge(ticket, fence, acknowledgement));
    }

    /** Whether the reader is not to hear of it. */
    boolean note(Fence fence, Outcome outcome) {
        if (outcome == Outcome.DEPOSED && fence.equals(used)) {
            deposed = fence;
        }
        return outcome == Outcome.DEPOSED && world.broken == Break.DEPOSED_GOES_ON;
    }

    @Override
    public void park(Ticket ticket, Fence fence, Bound upto, Delivery<LogRow> delivery, boolean moveLastId) {
        ask((connection, answer) -> windows.whenFree(connection, () -> {
            LogRow failed = delivery.row().message();
            Outcome outcome = world.places.park(group, fence, upto, failed, moveLastId ? failed.id : 0);
            if (outcome == Outcome.MOVED) {
                world.log(this, "parks " + failed);
                world.oracle.parked(group, delivery);
            }
            answer.accept(() -> reader.parked(ticket, note(fence, outcome) ? Outcome.MOVED : outcome, world.now));
        }));
    }

    // ---- effects: sleep

    @Override
    public void lock(Ticket ticket) {
        int at = session;
        onSession((connection, answer) -> {
            boolean got = world.sessions.contains(at) && world.locks.sleep(group, at);
            answer.accept(() -> {
                lockJustGot = got;
                reader.locked(ticket, got, world.now);
            });
        });
    }

    @Override
    public void unlock() {
        int at = session;
        onSession((connection, answer) -> {
            world.locks.wake(group, at);
            answer.accept(() -> {});
        });
    }

    private void onSession(SimulatedConnection.Request request) {
        if (session != 0) {
            asked++;
            direct.request(request);
        }
    }

    // ---- effects: delivery

    @Override
    public void deliver(Delivery<LogRow> delivery) {
        Simulation.expect(reader.inHand() <= world.options.rows() + 2
                && reader.bytesInHand() <= Math.max(world.options.bytes(), 10),
                "too much in hand: " + reader.inHand()
                        + " messages, " + reader.bytesInHand() + " bytes");
        workers.deliver(delivery);
    }

    @Override
    public List<Delivery<LogRow>> withdraw() {
        return workers.withdraw();
    }

    @Override
    public void resign(String reason) {
        world.log(this, "resigns: " + reason);
        int former = session;
        holdsLock = false;
        world.at(world.delay(), () -> world.resign(group, former));
        inMember(world.delay(), () -> {
            if (session == former) {
                reader.leadLost(world.now);
            }
        });
    }

    @Override
    public void report(Incident incident, String detail) {
        world.log(this, () -> "reports " + incident + ": " + detail);
    }
}
