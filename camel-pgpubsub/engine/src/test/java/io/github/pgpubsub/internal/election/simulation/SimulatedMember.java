package io.github.pgpubsub.internal.election.simulation;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Effects;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.election.LeadOptions;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.Poll;
import io.github.pgpubsub.internal.election.ServerRun;
import io.github.pgpubsub.status.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A process: a session, a queue and worker threads around a real {@link Leadership}. All network traffic takes the member's
 * latency each way, and the session waits for each answer, as the real session does.
 */
final class SimulatedMember implements Effects<Long> {

    private static final long MILLI = 1_000_000;
    /** Silence after which a session that is cut off gives up its connection, and after which the server does. */
    private static final long CLIENT_GIVES_UP = 400 * MILLI;
    private static final long SERVER_GIVES_UP = 700 * MILLI;

    private final Simulation world;
    private final SimulatedServer server;
    private final RandomGenerator random;
    private final int queueSize;
    private final int concurrency;
    private final long slownessMillis;
    private final LeadOptions options;
    private final BufferLimit memory;
    final Leadership<Long> leadership;
    final int name;
    final long latency;

    // the process
    boolean alive = true;
    boolean stopped;
    boolean stopWanted;
    private boolean stepsAside;
    /** Until then the member can't receive: it takes no lock, and steps aside. */
    private long hinderedUntil;
    /** Whether the hindrance is that no thread is left; else its LISTEN is refused, until it has another connection. */
    private boolean deserted;
    long connectedAt;
    long frozenUntil;
    private long giveUpAt = Long.MAX_VALUE;

    // the session
    int backend;
    private int formerBackend;
    /** The server's run to which the session connected. */
    int run;
    private boolean connected;
    private long reconnectAt;
    private long noticesAt = -1;
    long cutSince;
    long cutUntil;
    private int read = -1;
    private Request inFlight;
    private final Set<Lock> held = EnumSet.noneOf(Lock.class);
    private boolean listenWanted;
    private final Deque<ControlMessage> sends = new ArrayDeque<>();
    private final Deque<Runnable> unlocks = new ArrayDeque<>();
    private final Deque<Lock> shares = new ArrayDeque<>();
    private Lock pollWanted;
    private boolean polls;
    private final Deque<Runnable> terminations = new ArrayDeque<>();
    private String joinToken;
    private final Deque<Runnable> commands = new ArrayDeque<>();

    // ---- the queue and its threads
    private final Entries<Long> waiting;
    private final TreeMap<Long, Long> finishAt = new TreeMap<>();
    private final TreeMap<Long, Long> begunPlaces = new TreeMap<>();
    private long next;
    private long begunUpTo;
    private boolean open;
    private long leaseSince = -1L << 60;
    private long grace;
    private long pulse;
    private boolean idleWanted;
    /** Until then the member is not ticked, unless it is busy. */
    private long quietUntil;
    private boolean inStep;

    // ---- for the world
    /** The member was alone when it lost its connection, and finishes its messages before it leaves. */
    boolean onItsOwn;
    /** The member has asked, and has learned that another member leads. */
    boolean sawLeader;
    /** Times when the server knew that this member has seen a leader, and when the member got the leader's lock. */
    long witnessAt;
    long gotLockAt;
    long lastDelivered = -1;
    /** No message has followed the last delivered gap yet. */
    boolean gapIsLast;
    boolean gapHandled;
    /** The messages that the member has completed. */
    final Set<Long> done = new LinkedHashSet<>();
    /** Those of them that the last report of its term covers. What ends after that report may be repeated. */
    final Set<Long> reportedAtEnd = new LinkedHashSet<>();
    /** The messages that the gap stands for. */
    final Set<Long> missedInGap = new LinkedHashSet<>();

    /** The requests whose answers the session waits for. */
    private static final class Request {

        final long sentAt;
        final long executedAt;
        final long answeredAt;
        final Runnable execute;
        final Runnable answer;
        boolean executed;

        Request(long now, long latency, Runnable execute, Runnable answer) {
            this.sentAt = now;
            this.executedAt = now + latency;
            this.answeredAt = now + 2 * latency;
            this.execute = execute;
            this.answer = answer;
        }
    }

    SimulatedMember(Simulation world, int name, RandomGenerator random, LeadOptions options, long latency, long memoryLimit) {
        this.world = world;
        this.server = world.server;
        this.name = name;
        this.random = random;
        this.options = options;
        this.latency = latency;
        this.queueSize = (latency > 5 * MILLI ? 10 : 1) + random.nextInt(20);
        this.concurrency = random.nextInt(3) == 0 ? 3 : 1;
        this.slownessMillis = random.nextInt(4) == 0 ? 200 : 3;
        this.memory = new BufferLimit(memoryLimit);
        this.waiting = entries();
        this.leadership = new Leadership<>(options, this, this::entries, random);
        this.leadership.roundTrip(2 * latency);
    }

    private Entries<Long> entries() {
        return new Entries<>(memory, number -> 0);
    }

    boolean isActive() {
        return alive && !stopped && world.now >= frozenUntil;
    }

    boolean isCut() {
        return world.now < cutUntil;
    }

    /** The server ends its session. */
    void end() {
        if (run == server.starts()) {
            server.end(backend, world.now);
        }
    }

    private boolean isAliveAtServer() {
        return run == server.starts() && server.isAlive(backend);
    }

    boolean isConnected() {
        return connected && isAliveAtServer();
    }

    /** The network and the server keep working for a frozen or killed process. */
    void network() {
        if (inFlight != null && !inFlight.executed && world.now >= inFlight.executedAt && !isCut()) {
            if (isAliveAtServer()) {
                inFlight.executed = true;
                inFlight.execute.run();
            }
        }
        if (isCut() && world.now - cutSince >= SERVER_GIVES_UP) {
            end();
        }
    }

    /** Executes one step of this process. */
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
            runCommands();
            updateAside();
            if (!stopped) {
                leadership.tick(world.now);
            }
            if (!stopped && world.now >= reconnectAt && !isCut() && server.isUp(world.now)) {
                connect();
            }
            return;
        }
        if (isCut() && world.now - cutSince >= CLIENT_GIVES_UP) {
            int zombie = backend;
            int zombieRun = run;
            world.at(cutSince + SERVER_GIVES_UP, () -> {
                if (zombieRun == server.starts()) {
                    server.end(zombie, world.now);
                }
            });
            disconnect();
            return;
        }
        boolean unread = hasArrived();
        if (!isAliveAtServer() && !isCut() && world.now >= endedAt() + latency
                && (inFlight != null || hasRequests() || !unread)) {
            // The end of a connection is noticed soon, and at once if the session waits for an answer; but only after all
            // unread data.
            if (noticesAt < 0) {
                noticesAt = world.now + random.nextLong(60) * MILLI;
            }
            if (world.now >= noticesAt || inFlight != null || hasRequests()) {
                disconnect();
            }
            return;
        }
        if (inFlight != null) {
            if (inFlight.executed && world.now >= inFlight.answeredAt && !isCut()) {
                Request answered = inFlight;
                inFlight = null;
                pulse = Math.max(pulse, answered.sentAt);
                answered.answer.run();
            }
            return;
        }
        if (!unread || world.broken == Break.PULSE_WITHOUT_PROOF) {
            pulse = world.now;
        } else if (wantsProof()) {
            prove();
            return;
        }
        if (world.now >= giveUpAt) {
            giveUpAt = Long.MAX_VALUE;
            commands.add(() -> leadership.giveUpDraining(world.now));
        }
        // During a backlog the session reads on before it sends requests.
        if (random.nextInt(3) == 0 && hasArrived() && leadership.ready()) {
            readSome();
            return;
        }
        if (hasRequests()) {
            flushOne();
            return;
        }
        Runnable command = commands.poll();
        if (command != null) {
            command.run();
        } else if (!leadership.ready()) {
            stall();
        } else if (random.nextInt(4) == 0 && (leadership.isBusy() || world.now >= quietUntil)) {
            leadership.tick(world.now);
            quietUntil = world.now + random.nextLong(Leadership.QUIET_TICK.toNanos());
            updateAside();
        } else if (hasArrived() && leadership.ready()) {
            readSome();
        }
    }

    /** What has come is read at once, and only then the session sends what follows from it: much after a long wait for an answer. */
    private void readSome() {
        int most = 1 + random.nextInt(latency > 5 * MILLI ? 30 : 5);
        for (int i = 0; i < most && hasArrived() && leadership.ready(); i++) {
            receive(server.stream.get(read++));
        }
    }

    /** The session has ended and the member is cut off, so it can't know before its heartbeat fails. */
    boolean cannotKnow() {
        return connected && !isAliveAtServer() && cutUntil > endedAt() - latency
                && world.now < cutUntil + 2 * latency + 100 * MILLI;
    }

    /** Time when the member's session ended, possibly by a restart of the server. */
    private long endedAt() {
        return server.endedAt(run, backend);
    }

    private void runCommands() {
        if (world.now >= giveUpAt) {
            giveUpAt = Long.MAX_VALUE;
            leadership.giveUpDraining(world.now);
        }
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private boolean hasArrived() {
        if (read < 0 || read >= server.stream.size() || isCut()) {
            return false;
        }
        long time = server.stream.get(read).time();
        return time + latency <= world.now && (isAliveAtServer() || time <= endedAt());
    }

    private void connect() {
        formerBackend = backend;
        witnessAt = Long.MAX_VALUE;
        backend = server.connect();
        run = server.starts();
        connected = true;
        connectedAt = world.now;
        noticesAt = -1;
        read = -1;
        inFlight = null;
        held.clear();
        boolean restarted = world.broken == Break.ALWAYS_RESTARTED;
        leadership.connected(backend, new ServerRun(restarted ? "start of " + world.now : server.start(),
                restarted ? 0 : world.now - server.startedAt()), world.now);
    }

    /** A session that does not read sends no request on its own connection, and sends its signs of life over another one. */
    private void stall() {
        updateAside();
        ControlMessage sign = leadership.signOfLife(-backend, world.now);
        if (sign != null) {
            int[] standby = {-1};
            request(() -> {
                if (server.holder(Lock.LEADER) == backend) {
                    server.control(-backend, sign.encode(), world.now);
                    standby[0] = server.holder(Lock.STANDBY);
                }
            }, () -> {
                if (standby[0] < 0) {
                    disconnect();
                } else {
                    leadership.signSent(standby[0], world.now);
                }
            });
        }
    }

    /** A thread wants to begin a message, and the last proof is getting old. */
    private boolean wantsProof() {
        return held.contains(Lock.LEADER) && open && !waiting.isEmpty() && world.now - pulse > grace / 2;
    }

    /** Asks over the other connection, like {@link #stall}. The answer proves the lead at the time of the request. */
    private void prove() {
        boolean[] holds = {false};
        request(() -> holds[0] = server.holder(Lock.LEADER) == backend, () -> {
            if (!holds[0]) {
                disconnect();
            }
        });
    }

    private void request(Runnable execute, Runnable answer) {
        inFlight = new Request(world.now, latency, execute, answer);
    }

    private void receive(SimulatedServer.Note note) {
        if (note.control() == null) {
            world.detail(this, "reads", note.number());
            leadership.data(note.number());
            return;
        }
        ControlMessage message = note.control();
        int sender = note.sender();
        boolean leaders = message.type() == ControlMessage.Type.PROGRESS && sender != backend;
        if (world.broken == Break.IN_STEP_AFTER_ANY_MARKER && leaders && joinToken != null) {
            message = ControlMessage.decode(message.encode().replaceAll(" ref=\\S+", " ref=" + joinToken)
                    .replaceAll(" count=\\S+", " count=0")).orElseThrow();
        }
        if (world.broken == Break.ANY_SENDER && leaders) {
            sender = leadership.leader() == 0 ? sender : leadership.leader();
        }
        world.detail(this, "reads what " + sender + " said:", message);
        leadership.control(sender, message, world.now);
    }

    private boolean hasRequests() {
        return listenWanted || !sends.isEmpty() || !unlocks.isEmpty() || !shares.isEmpty() || polls || !terminations.isEmpty();
    }

    /** The next kind of request, in the session's order. Steps of other members may come between any two. */
    private void flushOne() {
        if (listenWanted) {
            listenWanted = false;
            int before = random.nextInt(3);
            // A new listener may see a little of the earlier stream; an existing listener sees nothing again.
            int[] from = {0};
            request(() -> from[0] = Math.max(0, server.stream.size() - before), () -> read = read < 0 ? from[0] : read);
        } else if (!sends.isEmpty()) {
            flushSend(sends.poll());
        } else if (!unlocks.isEmpty()) {
            unlocks.poll().run();
        } else if (!shares.isEmpty()) {
            Lock lock = shares.poll();
            request(() -> {
                server.share(backend, lock);
                witnessAt = lock == Lock.WITNESS ? world.now : witnessAt;
            }, () -> {});
        } else if (polls) {
            flushPoll();
        } else {
            terminations.poll().run();
        }
    }

    private void flushSend(ControlMessage message) {
        boolean committed = random.nextInt(60) != 0 || !world.mayFail();
        request(() -> {
            if (committed) {
                server.control(backend, message, world.now);
                world.detail(this, "says", message);
                if (message.type() == ControlMessage.Type.VACANT) {
                    world.resigned(this);
                }
            }
        }, () -> {
            leadership.sent(message, committed, world.now);
            if (committed && message.type() == ControlMessage.Type.JOIN) {
                joinToken = message.token();
            }
            if (committed && world.broken == Break.NO_TAKEOVER_MARKER && message.type() == ControlMessage.Type.TAKEOVER) {
                leadership.control(backend, message, world.now);
            }
        });
    }

    private void flushPoll() {
        polls = false;
        Lock tried = pollWanted;
        pollWanted = null;
        Poll[] poll = {null};
        request(() -> {
            boolean acquired = tried != null && !isHindered() && server.tryLock(backend, tried);
            poll[0] = server.look(backend, tried, acquired);
            gotLockAt = acquired && tried == Lock.LEADER ? world.now : gotLockAt;
        }, () -> {
            if (poll[0].acquired()) {
                held.add(tried);
            }
            sawLeader |= poll[0].leader() != 0 && poll[0].leader() != backend && poll[0].leader() != formerBackend;
            world.detail(this, "learns", poll[0]);
            leadership.polled(seen(poll[0]), world.now);
        });
    }

    private Poll seen(Poll poll) {
        if (world.broken == Break.ANY_LOCK_LEADS && read >= 0 && poll.acquired()) {
            return new Poll(Lock.LEADER, true, poll.leader(), poll.standby(), poll.members(), poll.witnesses(), poll.witness());
        }
        return poll;
    }

    private void disconnect() {
        connected = false;
        inFlight = null;
        reconnectAt = world.now + (50 + random.nextLong(300)) * MILLI;
        listenWanted = false;
        polls = false;
        pollWanted = null;
        sends.clear();
        unlocks.clear();
        shares.clear();
        terminations.clear();
        hinderedUntil = deserted ? hinderedUntil : 0;
        leadership.disconnected(world.broken == Break.ALWAYS_RESTARTED ? world.now : pulse, world.now, world.now);
    }

    void stop(long drainNanos) {
        stopWanted = true;
        giveUpAt = drainNanos == Long.MAX_VALUE ? drainNanos : world.now + drainNanos;
        commands.add(() -> {
            if (world.broken == Break.STANDBY_JUST_LEAVES && leadership.role() == Role.STANDBY) {
                stopped();
            } else {
                leadership.stop(world.now);
            }
        });
    }

    /** The member can't receive for a while. */
    void hinder(long until, boolean withoutThreads) {
        hinderedUntil = until;
        deserted = withoutThreads;
    }

    private boolean isHindered() {
        return world.now < hinderedUntil;
    }

    /** Makes way for others while the member is hindered, as SteppingAside does, but at once. */
    private void updateAside() {
        Role role = leadership.role();
        if (stopWanted || stopped) {
            return;
        }
        if (!isHindered()) {
            stepsAside = stepsAside && !goOn();
        } else if (!stepsAside && (role == Role.STANDBY || role == Role.LEADER && leadership.isInStep())) {
            world.log(this, "steps aside");
            stepsAside = true;
            leadership.stop(world.now);
        }
    }

    private boolean goOn() {
        return leadership.goOn();
    }

    private void takePartAgain() {
        if (stepsAside && !stopWanted) {
            stepsAside = false;
            leadership.again();
            if (connected) {
                // Like a newcomer, because its standby may have left while it stepped aside.
                connectedAt = world.now;
                leadership.connected(backend, new ServerRun(server.start(), world.now - server.startedAt()), world.now);
            }
        } else if (leadership.role() == Role.STOPPED) {
            stopped();
        }
    }

    // ---- the worker threads

    boolean mayBegin() {
        boolean lease = world.broken == Break.NO_LEASE || options.leaderTimeout().isZero()
                || world.now - leaseSince < options.leaderTimeout().toNanos() / 2;
        // A process that was frozen first finds that its own session's thread was silent.
        boolean runs = world.broken == Break.NO_LEASE || world.now - pulse <= grace;
        return isActive() && open && (onItsOwn || lease && runs);
    }

    private void work() {
        for (Long place : finishAt.keySet()) {
            if (finishAt.get(place) <= world.now) {
                finishAt.remove(place);
                long number = begunPlaces.remove(place);
                done.add(number);
                world.completed(number);
                checkIdle();
                return;
            }
        }
        boolean gap = open && !waiting.isEmpty() && waiting.peek().gap() != null;
        if (deserted && isHindered()) {
            return;
        }
        if ((mayBegin() || gap && isActive()) && !waiting.isEmpty() && begunPlaces.size() < concurrency) {
            Entry<Long> entry = waiting.remove();
            if (entry.gap() != null) {
                gapHandled = true;
                world.tellsGap(this);
                checkIdle();
                return;
            }
            world.began(this, entry);
            begunPlaces.put(entry.place(), entry.message());
            begunUpTo = Math.max(begunUpTo, entry.place() + 1);
            finishAt.put(entry.place(), world.now + random.nextLong(world.calm ? 2 : slownessMillis) * MILLI);
        }
    }

    @Override
    public boolean isIdle() {
        return waiting.isEmpty() && begunPlaces.isEmpty();
    }

    private void checkIdle() {
        if (idleWanted && isIdle()) {
            idleWanted = false;
            commands.add(() -> leadership.drained(world.now));
        }
    }

    /** Whether the member may begin messages, and has messages or takes them in. */
    boolean begins() {
        Role role = leadership.role();
        return mayBegin() && (role == Role.LEADER || role == Role.RESIGNING
                || !waiting.isEmpty() && waiting.peek().gap() == null);
    }

    /** Whether the message is waiting or being processed here. */
    boolean has(long number) {
        for (Entry<Long> entry : waiting) {
            if (entry.gap() == null && entry.message() == number) {
                return true;
            }
        }
        return begunPlaces.containsValue(number);
    }

    long bytesHeld() {
        return memory.held();
    }

    // ---- effects

    @Override
    public void share(Lock lock) {
        held.add(lock);
        shares.add(lock);
    }

    @Override
    public void unshare(Lock lock) {
        held.remove(lock);
        unlocks.add(() -> request(() -> server.unshare(backend, lock), () -> {}));
    }

    @Override
    public void poll(Lock tried) {
        polls = true;
        pollWanted = tried;
    }

    @Override
    public void unlock(Lock lock) {
        held.remove(lock);
        unlocks.add(() -> request(() -> server.unlock(backend, lock), () -> leadership.unlocked(lock, world.now)));
    }

    @Override
    public void listen() {
        listenWanted = true;
    }

    @Override
    public void send(ControlMessage message) {
        assert connected : message;
        if (message.type() == ControlMessage.Type.RESIGN) {
            long first = begunPlaces.isEmpty() ? Long.MAX_VALUE : begunPlaces.firstEntry().getValue();
            done.stream().filter(number -> number < first).forEach(reportedAtEnd::add);
        }
        sends.add(asSent(message));
    }

    private ControlMessage asSent(ControlMessage message) {
        if (world.broken == Break.NAMES_UNTOLD) {
            return ControlMessage.decode(message.encode().replaceFirst(" join=\\S+", "")).orElseThrow();
        }
        // Every third process runs a future release, which sends more fields and a higher version.
        return name % 3 == 2 ? ControlMessage.decode("2" + message.encode().substring(1) + " future=thing").orElseThrow()
                : message;
    }

    @Override
    public void terminate(int target, Lock lock) {
        terminations.add(() -> request(() -> {
            if (server.holder(lock) == target) {
                world.log(this, "ends " + target);
                server.end(target, world.now);
            }
        }, () -> leadership.terminated(target, lock, true, world.now)));
    }

    @Override
    public boolean hasRoom() {
        return waiting.size() < queueSize && (waiting.isEmpty() || !memory.isExceeded());
    }

    @Override
    public boolean hasRoomForHeld() {
        return waiting.size() < queueSize;
    }

    @Override
    public void deliver(Entry<Long> entry) {
        if (entry.gap() == null) {
            world.delivers(this, entry);
        } else {
            gapIsLast = true;
            gapHandled = false;
            missedInGap.clear();
            world.deliversGap(this, entry.gap());
        }
        // A filter drops some messages, which count as complete.
        if (entry.gap() == null && world.isFiltered(entry.message())) {
            world.completed(entry.message());
            next = entry.place() + 1;
            return;
        }
        waiting.add(entry);
        next = entry.gap() == null ? entry.place() + 1 : entry.place();
    }

    @Override
    public void open(long from) {
        open = true;
        onItsOwn = false;
        next = from;
        lastDelivered = -1;
    }

    @Override
    public void openUnfenced(long from) {
        open(from);
        onItsOwn = true;
    }

    @Override
    public void renewLease(long since, long newGrace) {
        leaseSince = since;
        grace = newGrace == 0 ? grace : newGrace;
    }

    @Override
    public List<Entry<Long>> withdraw() {
        open = false;
        List<Entry<Long>> back = new ArrayList<>();
        waiting.forEach(back::add);
        waiting.clear();
        if (!back.isEmpty()) {
            next = back.get(0).place();
        }
        return back;
    }

    @Override
    public long watermark() {
        if (!begunPlaces.isEmpty() && world.broken != Break.PROGRESS_AT_START) {
            return begunPlaces.firstKey();
        }
        return waiting.isEmpty() ? next : waiting.peek().place();
    }

    @Override
    public long begunUpTo() {
        return begunUpTo;
    }

    @Override
    public boolean isGapUnhandled() {
        return waiting.hasGap();
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
    public void changed(Role role, boolean nowInStep, String reason) {
        world.log(this, role + (nowInStep ? " in step " : " ") + reason);
        boolean fellOut = this.inStep && !nowInStep && role == Role.STANDBY;
        this.inStep = nowInStep;
        if (role == Role.LEADER) {
            world.leads(this);
        }
        // A leader's report must not put a standby out of step: if the leader ended now, a gap would be reported.
        if (fellOut && reason.startsWith("the leader's progress") && world.broken == Break.NONE) {
            throw new AssertionError("out of step by a report: " + this);
        }
    }

    @Override
    public void cannotDepose(int target) {
        throw new AssertionError("everybody may end every session here");
    }

    @Override
    public void lost(int messages) {
        world.log(this, "loses " + messages + " messages that nobody else has had");
    }

    @Override
    public void stopped() {
        if (stepsAside && !stopWanted) {
            if (isConnected()) {
                held.forEach(lock -> server.unlock(backend, lock));
            }
            held.clear();
            world.hasSteppedAside(this);
            commands.add(this::takePartAgain);
            return;
        }
        stopped = true;
        waiting.clear();
        if (isConnected()) {
            held.forEach(lock -> server.unlock(backend, lock));
            end();
        }
        world.stopped(this);
    }

    @Override
    public String toString() {
        return name + " " + leadership.role() + (inStep ? " in step" : "") + " waiting " + waiting.size() + ", begun "
                + begunPlaces
                + ", open " + open + ", may begin " + mayBegin() + ", read " + read + " of " + server.stream.size() + ", ready "
                + leadership.ready();
    }
}
