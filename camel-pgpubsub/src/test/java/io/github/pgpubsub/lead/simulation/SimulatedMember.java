package io.github.pgpubsub.lead.simulation;

import io.github.pgpubsub.lead.ControlMessage;
import io.github.pgpubsub.lead.Effects;
import io.github.pgpubsub.lead.Entries;
import io.github.pgpubsub.lead.Entry;
import io.github.pgpubsub.lead.LeadOptions;
import io.github.pgpubsub.lead.Leadership;
import io.github.pgpubsub.lead.Lock;
import io.github.pgpubsub.lead.MemoryBound;
import io.github.pgpubsub.lead.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** A process: a session, a queue and the threads that work on it, around a real {@link Leadership}. */
final class SimulatedMember implements Effects<Long> {

    private static final long MILLI = 1_000_000;

    private final Simulation world;
    private final SimulatedServer server;
    private final RandomGenerator random;
    private final int queueSize;
    private final int concurrency;
    private final long slownessMillis;
    private final LeadOptions options;
    final Leadership<Long> leadership;
    final int name;

    // the process
    boolean alive = true;
    boolean stopped;
    boolean stopWanted;
    long frozenUntil;

    // the session
    int backend;
    private boolean connected;
    private long reconnectAt;
    private long noticesAt = -1;
    private int read = -1;
    private final Set<Lock> held = EnumSet.noneOf(Lock.class);
    private boolean listenWanted;
    private Deque<ControlMessage> sends = new ArrayDeque<>();
    private Deque<Lock> unlocks = new ArrayDeque<>();
    private Deque<Lock> polls = new ArrayDeque<>();
    private boolean pollWithoutLock;
    private Deque<Runnable> terminations = new ArrayDeque<>();
    private String joinToken;
    private final Deque<Runnable> commands = new ArrayDeque<>();

    // the queue and its threads
    final Deque<Entry<Long>> waiting = new ArrayDeque<>();
    private final TreeMap<Long, Long> finishAt = new TreeMap<>();
    private final TreeMap<Long, Long> begunPlaces = new TreeMap<>();
    private long next;
    private boolean open;
    private long leaseSince;
    private long pulse;
    private boolean idleWanted;
    private boolean gapTold;
    private boolean inStep;

    SimulatedMember(Simulation world, int name, RandomGenerator random, LeadOptions options) {
        this.world = world;
        this.server = world.server;
        this.name = name;
        this.random = random;
        this.options = options;
        this.queueSize = 1 + random.nextInt(20);
        this.concurrency = random.nextInt(3) == 0 ? 3 : 1;
        this.slownessMillis = random.nextInt(4) == 0 ? 200 : 3;
        MemoryBound memory = new MemoryBound(random.nextInt(4) == 0 ? 150L * (5 + random.nextInt(30)) : Long.MAX_VALUE);
        this.leadership = new Leadership<>(options, this, () -> new Entries<>(memory, number -> 0), random);
    }

    boolean isActive() {
        return alive && !stopped && world.now >= frozenUntil;
    }

    /** One thing happens in this process. */
    void step() {
        if (random.nextInt(3) == 0) {
            work();
        } else {
            session();
        }
    }

    // ---- the session's thread

    private void session() {
        if (!connected) {
            for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
                command.run();
            }
            if (!stopped && world.now >= reconnectAt) {
                backend = server.connect();
                connected = true;
                noticesAt = -1;
                read = -1;
                held.clear();
                leadership.connected(backend, world.now);
            }
            return;
        }
        if (!server.isAlive(backend)) {
            // A closed connection is noticed soon, a frozen process notices when it goes on.
            if (noticesAt < 0) {
                noticesAt = world.now + random.nextLong(60) * MILLI;
            }
            if (world.now >= noticesAt || hasRequests()) {
                disconnect();
            }
            return;
        }
        pulse = world.now;
        // Amid a backlog the session reads on before it asks what is asked of it.
        boolean readsOn = random.nextInt(3) == 0 && read >= 0 && read < server.stream.size() && leadership.ready();
        if (readsOn) {
            receive(server.stream.get(read++));
            return;
        }
        if (hasRequests()) {
            flushOne();
            return;
        }
        Runnable command = commands.poll();
        if (command == null && !leadership.ready()) {
            stall();
            return;
        }
        if (command != null) {
            command.run();
        } else if (random.nextInt(4) == 0) {
            leadership.tick(world.now);
        } else if (read >= 0 && read < server.stream.size() && leadership.ready()) {
            receive(server.stream.get(read++));
        }
    }

    /** A session that does not read asks nothing on its own connection, and gives its sign of life over another. */
    private void stall() {
        ControlMessage sign = leadership.signOfLife(-backend, world.now);
        if (sign != null && server.holder(Lock.LEADER) == backend) {
            server.control(-backend, sign.encode());
            leadership.signSent(server.holder(Lock.STANDBY), world.now);
        }
    }

    private void receive(SimulatedServer.Note note) {
        if (note.control() == null) {
            leadership.data(note.number(), world.now);
            return;
        }
        ControlMessage.decode(note.control()).ifPresent(message -> {
            int sender = note.sender();
            ControlMessage seen = message;
            boolean leaders = message.type() == ControlMessage.Type.PROGRESS;
            if (world.broken == Break.IN_STEP_AFTER_ANY_MARKER && leaders && sender != backend && joinToken != null) {
                seen = ControlMessage.decode(message.encode().replaceAll(" ref=\\S+", " ref=" + joinToken)
                        .replaceAll(" count=\\S+", " count=0")).orElseThrow();
            }
            if (world.broken == Break.ANY_SENDER && leaders && sender != backend) {
                sender = leadership.leader() == 0 ? sender : leadership.leader();
            }
            leadership.control(sender, seen, world.now);
        });
    }

    private boolean hasRequests() {
        return listenWanted || !sends.isEmpty() || !unlocks.isEmpty() || !polls.isEmpty() || pollWithoutLock
                || !terminations.isEmpty();
    }

    /** The next kind of request, in the session's order. Others come between any two. */
    private void flushOne() {
        if (listenWanted) {
            listenWanted = false;
            // A new listener may see a little of what was before.
            read = Math.max(0, server.stream.size() - random.nextInt(3));
        } else if (!sends.isEmpty()) {
            ControlMessage message = sends.poll();
            boolean committed = random.nextInt(60) != 0 || world.calm;
            if (committed) {
                server.control(backend, message.encode());
            }
            leadership.sent(message, committed, world.now);
            if (committed && message.type() == ControlMessage.Type.JOIN) {
                joinToken = message.token();
            }
            if (committed && world.broken == Break.NO_TAKEOVER_MARKER && message.type() == ControlMessage.Type.TAKEOVER) {
                leadership.control(backend, message, world.now);
            }
        } else if (!unlocks.isEmpty()) {
            Lock lock = unlocks.poll();
            server.unlock(backend, lock);
            leadership.unlocked(lock, world.now);
        } else if (!polls.isEmpty() || pollWithoutLock) {
            Lock lock = polls.poll();
            pollWithoutLock &= lock != null;
            boolean acquired = lock != null && server.tryLock(backend, lock);
            if (acquired) {
                held.add(lock);
            }
            leadership.polled(server.look(acquired), world.now);
        } else {
            terminations.poll().run();
        }
    }

    private void disconnect() {
        connected = false;
        reconnectAt = world.now + (50 + random.nextLong(300)) * MILLI;
        listenWanted = false;
        pollWithoutLock = false;
        sends = new ArrayDeque<>();
        unlocks = new ArrayDeque<>();
        polls = new ArrayDeque<>();
        terminations = new ArrayDeque<>();
        leadership.disconnected(world.now);
    }

    void stop() {
        stopWanted = true;
        commands.add(() -> leadership.stop(world.now));
    }

    // ---- the threads that work on the queue

    boolean mayBegin() {
        boolean lease = world.broken == Break.NO_LEASE || world.now - leaseSince < options.leaderTimeout().toNanos() / 2;
        // A process that was stopped finds its own session's thread silent before anything else.
        boolean runs = world.broken == Break.NO_LEASE || world.now - pulse < Leadership.GRACE.toNanos();
        return isActive() && open && lease && runs;
    }

    private void work() {
        for (Long place : finishAt.keySet()) {
            if (finishAt.get(place) <= world.now) {
                finishAt.remove(place);
                world.completed(begunPlaces.remove(place));
                checkIdle();
                return;
            }
        }
        if (mayBegin() && !waiting.isEmpty() && begunPlaces.size() < concurrency) {
            Entry<Long> entry = waiting.remove();
            if (entry.gap() != null) {
                checkIdle();
                return;
            }
            world.began(this, entry);
            begunPlaces.put(entry.place(), entry.message());
            finishAt.put(entry.place(), world.now + random.nextLong(world.calm ? 2 : slownessMillis) * MILLI);
        }
    }

    private void checkIdle() {
        if (idleWanted && waiting.isEmpty() && begunPlaces.isEmpty()) {
            idleWanted = false;
            commands.add(() -> leadership.drained(world.now));
        }
    }

    // ---- effects

    @Override
    public void present() {
        held.add(Lock.PRESENCE);
        server.present(backend);
    }

    @Override
    public void poll(Lock tried) {
        if (tried == null) {
            pollWithoutLock = true;
        } else {
            polls.add(tried);
        }
    }

    @Override
    public void unlock(Lock lock) {
        held.remove(lock);
        unlocks.add(lock);
    }

    @Override
    public void listen() {
        listenWanted = true;
    }

    @Override
    public void send(ControlMessage message) {
        // Every third process runs a release to come, which says more and names a higher version.
        sends.add(name % 3 == 2 ? ControlMessage.decode(message.encode().replaceFirst("^1 ", "2 ") + " future=thing").orElseThrow()
                : message);
    }

    @Override
    public void terminate(int target, Lock lock) {
        terminations.add(() -> {
            if (server.holder(lock) == target) {
                world.log(this, "ends " + target);
                server.end(target);
            }
            leadership.terminated(target, lock, true, world.now);
        });
    }

    @Override
    public boolean hasRoom() {
        return waiting.size() < queueSize;
    }

    @Override
    public void deliver(Entry<Long> entry) {
        if (entry.gap() == null) {
            world.delivers(entry.message());
            if (gapTold) {
                gapTold = false;
                world.mayHaveMissedBefore(entry.message());
            }
        }
        // A filter drops some messages: they count as complete.
        if (entry.gap() == null && world.isFiltered(entry.message())) {
            world.completed(entry.message());
            next = entry.place() + 1;
            return;
        }
        gapTold |= entry.gap() != null;
        waiting.add(entry);
        next = entry.gap() == null ? entry.place() + 1 : entry.place();
    }

    @Override
    public void open(long from) {
        open = true;
        next = from;
    }

    @Override
    public void renewLease(long since) {
        leaseSince = since;
    }

    @Override
    public List<Entry<Long>> withdraw() {
        open = false;
        List<Entry<Long>> back = new ArrayList<>(waiting);
        waiting.clear();
        if (!back.isEmpty()) {
            next = back.get(0).place();
        }
        return back;
    }

    @Override
    public long watermark() {
        if (world.broken == Break.PROGRESS_AT_START) {
            return waiting.isEmpty() ? next : waiting.peek().place();
        }
        if (!begunPlaces.isEmpty()) {
            return begunPlaces.firstKey();
        }
        return waiting.isEmpty() ? next : waiting.peek().place();
    }

    @Override
    public long begunAfterWatermark() {
        return begunPlaces.isEmpty() ? 0 : begunPlaces.lastKey() + 1 - begunPlaces.firstKey();
    }

    @Override
    public void awaitIdle() {
        if (world.broken == Break.QUEUE_THROWN_AWAY) {
            waiting.clear();
        }
        idleWanted = true;
        checkIdle();
    }

    @Override
    public void changed(Role role, boolean inStep, String reason) {
        world.log(this, role + " " + reason);
        boolean fellOut = this.inStep && !inStep && role == Role.STANDBY;
        this.inStep = inStep;
        // Nothing that a leader reports may be strange to one that held all before: its end now would tell a gap.
        if (fellOut && reason.startsWith("the leader's progress") && world.broken == Break.NONE) {
            throw new AssertionError("out of step by a report: " + this);
        }
    }

    @Override
    public void cannotDepose(int target) {
        throw new AssertionError("everybody may end every session here");
    }

    @Override
    public void stopped() {
        stopped = true;
        if (gapTold) {
            world.gapToldLast();
        }
        waiting.clear();
        if (connected && server.isAlive(backend)) {
            held.forEach(lock -> server.unlock(backend, lock));
            server.end(backend);
        }
    }

    @Override
    public String toString() {
        return name + " " + leadership.role() + " waiting " + waiting.size() + ", begun " + begunPlaces + ", open " + open
                + ", may begin " + mayBegin() + ", read " + read + " of " + server.stream.size() + ", ready " + leadership.ready();
    }
}
