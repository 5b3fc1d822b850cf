package io.github.pgpubsub.internal.election.exploration;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Effects;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.Poll;
import io.github.pgpubsub.internal.election.ServerRun;
import io.github.pgpubsub.internal.election.exploration.Request.Answer;
import io.github.pgpubsub.internal.election.simulation.Break;
import io.github.pgpubsub.internal.election.simulation.SimulatedServer;
import io.github.pgpubsub.status.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** A process: a session, a queue and one worker thread around a real {@link Leadership}. All of it is data that can be copied. */
final class ExploredMember implements Effects<Long> {

    private static final ServerRun RUN = new ServerRun("start", Long.MAX_VALUE / 4);

    /** Names members and terms without randomness, so that states which differ only in names are equal. */
    private static final class Words implements RandomGenerator {

        private long next;

        Words(long first) {
            next = first;
        }

        @Override
        public long nextLong() {
            return next++;
        }
    }

    private final World world;
    final int index;
    final Leadership<Long> leadership;
    final BufferLimit memory = new BufferLimit(Long.MAX_VALUE);

    // ---- the process
    boolean alive = true;
    boolean frozen;
    boolean stopWanted;
    boolean stopped;
    /** The timers have not been checked since time passed. */
    boolean tickDue;

    // the session
    int backend;
    boolean connected;
    /** Position of the next notification in the stream; -1: the session does not listen. */
    int read = -1;
    private int connections;
    private Answer answer;
    private boolean listenWanted;
    private final ArrayDeque<Request> sends = new ArrayDeque<>();
    private final ArrayDeque<Request> unlocks = new ArrayDeque<>();
    private final ArrayDeque<Request> shares = new ArrayDeque<>();
    private boolean polls;
    private Lock pollWanted;
    private final ArrayDeque<Request> terminations = new ArrayDeque<>();
    private final EnumSet<Lock> held = EnumSet.noneOf(Lock.class);

    // the queue and its thread
    private final Entries<Long> waiting = entries();
    private Entry<Long> begun;
    private long begunUpTo;
    private long next;
    private boolean open;
    private long leaseSince;
    private long grace;
    private long pulse;
    private boolean idleWanted;
    private boolean drained;

    // for the verdict
    boolean gapIsLast;
    boolean gapHandled;
    final TreeSet<Long> missedInGap = new TreeSet<>();

    ExploredMember(World world, int index) {
        this.world = world;
        this.index = index;
        this.leadership = new Leadership<>(World.OPTIONS, this, this::entries, new Words(1000L * (index + 1)));
    }

    private Entries<Long> entries() {
        return new Entries<>(memory, number -> 0);
    }

    boolean isGone() {
        return !alive || stopped;
    }

    boolean runs() {
        return alive && !stopped && !frozen;
    }

    boolean hasCome() {
        return connections > 0;
    }

    boolean isLost() {
        return connected && !world.server.isAlive(backend);
    }

    private boolean hasSession() {
        return runs() && connected && !isLost();
    }

    boolean hasAnswer() {
        return hasSession() && answer != null;
    }

    boolean hasRequest() {
        return hasSession() && answer == null
                && (listenWanted || !sends.isEmpty() || !unlocks.isEmpty() || !shares.isEmpty() || polls
                        || !terminations.isEmpty());
    }

    boolean hasUnread() {
        return hasSession() && answer == null && read >= 0 && read < world.server.stream.size();
    }

    boolean isDrained() {
        return runs() && answer == null && drained;
    }

    /** The member waits only for time to pass. */
    boolean isQuiet() {
        return !hasAnswer() && !hasRequest() && !hasUnread() && !isDrained();
    }

    boolean mayBegin() {
        boolean lease = world.now - leaseSince < World.OPTIONS.leaderTimeout().toNanos() / 2;
        boolean pulsates = world.now - pulse <= grace;
        return runs() && open && (lease && pulsates || world.broken == Break.NO_LEASE);
    }

    boolean canBegin() {
        boolean gap = runs() && open && !waiting.isEmpty() && waiting.peek().gap() != null;
        return (gap || mayBegin()) && !waiting.isEmpty() && begun == null;
    }

    boolean canComplete() {
        return runs() && begun != null;
    }

    boolean has(long number) {
        for (Entry<Long> entry : waiting) {
            if (entry.gap() == null && entry.message() == number) {
                return true;
            }
        }
        return begun != null && begun.message() == number;
    }

    // ---- steps

    /** @return description of the step */
    Object take(Choice.Kind kind) {
        return switch (kind) {
            case ANSWER -> answered();
            case EXECUTE -> execute();
            case READ -> read();
            case DRAINED -> {
                drained = false;
                leadership.drained(world.now);
                yield "";
            }
            case NOTICE -> disconnect();
            case CONNECT -> connect();
            case TICK -> tick();
            case BEGIN -> begin();
            case COMPLETE -> complete();
            case THAW -> {
                frozen = false;
                yield "";
            }
            case STOP -> stop();
            case DIE -> {
                alive = false;
                world.server.end(backend, world.now);
                world.verdict.isGone(this);
                yield "";
            }
            case FREEZE -> {
                frozen = true;
                yield "";
            }
            case LOSE -> {
                world.server.end(backend, world.now);
                yield "";
            }
            case PUBLISH, TIME -> throw new IllegalArgumentException();
        };
    }

    private Object stop() {
        stopWanted = true;
        if (world.broken == Break.STANDBY_JUST_LEAVES && leadership.role() == Role.STANDBY) {
            stopped();
        } else {
            leadership.stop(world.now);
        }
        return "";
    }

    /** Checks the timers of a live session, of one that has ended unnoticed, or without a session. */
    Object tick() {
        tickDue = false;
        if (isLost()) {
            return disconnect();
        } else if (!connected) {
            return hasCome() ? connect() : "";
        }
        pulse = world.now;
        leadership.tick(world.now);
        return "";
    }

    private Object connect() {
        backend = 10 * (index + 1) + ++connections;
        world.server.connect(backend);
        connected = true;
        read = -1;
        held.clear();
        pulse = world.now;
        leadership.connected(backend, RUN, world.now);
        return backend;
    }

    private Object disconnect() {
        connected = false;
        answer = null;
        listenWanted = false;
        polls = false;
        pollWanted = null;
        sends.clear();
        unlocks.clear();
        shares.clear();
        terminations.clear();
        leadership.disconnected(pulse, world.now, world.now);
        return "";
    }

    private Object read() {
        pulse = world.now;
        if (!leadership.ready()) {
            return "nothing: not ready";
        }
        SimulatedServer.Note note = world.server.stream.get(read++);
        if (note.control() == null) {
            leadership.data(note.number());
        } else {
            leadership.control(note.sender(), note.control(), world.now);
        }
        return note;
    }

    private Object execute() {
        Request request = nextRequest();
        answer = new Answer(request, result(request));
        return answer;
    }

    private Request nextRequest() {
        if (listenWanted) {
            listenWanted = false;
            return new Request.Listen();
        } else if (!sends.isEmpty()) {
            return sends.remove();
        } else if (!unlocks.isEmpty()) {
            return unlocks.remove();
        } else if (!shares.isEmpty()) {
            return shares.remove();
        } else if (polls) {
            polls = false;
            return new Request.Look(pollWanted);
        }
        return terminations.remove();
    }

    private Object result(Request request) {
        SimulatedServer server = world.server;
        if (request instanceof Request.Listen) {
            return server.stream.size();
        } else if (request instanceof Request.Send send) {
            server.control(backend, send.message().encode(), world.now);
        } else if (request instanceof Request.Unlock unlock) {
            server.unlock(backend, unlock.lock());
        } else if (request instanceof Request.Unshare unshare) {
            server.unshare(backend, unshare.lock());
        } else if (request instanceof Request.Share share) {
            server.share(backend, share.lock());
        } else if (request instanceof Request.Look look) {
            boolean acquired = look.tried() != null && server.tryLock(backend, look.tried());
            return server.look(backend, look.tried(), acquired);
        } else if (request instanceof Request.Terminate terminate && server.holder(terminate.lock()) == terminate.backend()) {
            server.end(terminate.backend(), world.now);
        }
        return null;
    }

    private Object answered() {
        Answer arrived = answer;
        answer = null;
        pulse = world.now;
        long now = world.now;
        if (arrived.request() instanceof Request.Listen) {
            read = (Integer) arrived.result();
        } else if (arrived.request() instanceof Request.Send send) {
            leadership.sent(send.message(), true, now);
            if (world.broken == Break.NO_TAKEOVER_MARKER && send.message().type() == ControlMessage.Type.TAKEOVER) {
                leadership.control(backend, send.message(), now);
            }
        } else if (arrived.request() instanceof Request.Unlock unlock) {
            leadership.unlocked(unlock.lock(), now);
        } else if (arrived.request() instanceof Request.Look) {
            Poll poll = (Poll) arrived.result();
            if (poll.acquired()) {
                held.add(poll.tried());
            }
            boolean mistakes = world.broken == Break.ANY_LOCK_LEADS && read >= 0 && poll.acquired();
            leadership.polled(
                    mistakes ? new Poll(Lock.LEADER, true, poll.leader(), poll.standby(), poll.members(), poll.witnesses(),
                            poll.witness())
                            : poll,
                    now);
        } else if (arrived.request() instanceof Request.Terminate terminate) {
            leadership.terminated(terminate.backend(), terminate.lock(), true, now);
        }
        return arrived.request();
    }

    // ---- the worker thread

    private Object begin() {
        Entry<Long> entry = waiting.remove();
        if (entry.gap() != null) {
            gapHandled = true;
            world.verdict.tellsGap(this);
            checkIdle();
            return "a gap";
        }
        begun = entry;
        begunUpTo = entry.place() + 1;
        world.verdict.begins(entry);
        return "message " + entry.message() + (entry.redelivered() ? " again" : "");
    }

    private Object complete() {
        long number = begun.message();
        begun = null;
        world.verdict.completes(number);
        checkIdle();
        return "message " + number;
    }

    private void checkIdle() {
        if (idleWanted && isIdle()) {
            idleWanted = false;
            drained = true;
        }
    }

    // ---- effects

    @Override
    public void share(Lock lock) {
        held.add(lock);
        shares.add(new Request.Share(lock));
    }

    @Override
    public void unshare(Lock lock) {
        held.remove(lock);
        unlocks.add(new Request.Unshare(lock));
    }

    @Override
    public void poll(Lock tried) {
        polls = true;
        pollWanted = tried;
    }

    @Override
    public void unlock(Lock lock) {
        held.remove(lock);
        unlocks.add(new Request.Unlock(lock));
    }

    @Override
    public void listen() {
        listenWanted = true;
    }

    @Override
    public void send(ControlMessage message) {
        sends.add(new Request.Send(message));
    }

    @Override
    public void terminate(int target, Lock lock) {
        terminations.add(new Request.Terminate(target, lock));
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public boolean hasRoomForHeld() {
        return true;
    }

    @Override
    public void deliver(Entry<Long> entry) {
        if (entry.gap() == null) {
            world.verdict.takesIn(this, entry);
            next = entry.place() + 1;
        } else {
            gapIsLast = true;
            gapHandled = false;
            missedInGap.clear();
            next = entry.place();
        }
        waiting.add(entry);
    }

    @Override
    public void open(long from) {
        open = true;
        next = from;
    }

    @Override
    public void openUnfenced(long from) {
        throw new AssertionError("nobody is alone here");
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
        next = back.isEmpty() ? next : back.get(0).place();
        return back;
    }

    @Override
    public long watermark() {
        if (begun != null && world.broken != Break.PROGRESS_AT_START) {
            return begun.place();
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
    public boolean isIdle() {
        return waiting.isEmpty() && begun == null;
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
        if (world.log != null) {
            world.log.add("      " + this + " is " + role + (inStep ? " in step" : "") + ": " + reason);
        }
    }

    @Override
    public void cannotDepose(int target) {
        throw new Violation("everybody may end every session here");
    }

    @Override
    public void lost(int messages) {
        if (world.log != null) {
            world.log.add("      " + this + " loses " + messages + " messages that nobody else has had");
        }
    }

    @Override
    public void stopped() {
        stopped = true;
        waiting.clear();
        if (connected && !isLost()) {
            held.forEach(lock -> world.server.unlock(backend, lock));
            world.server.end(backend, world.now);
        }
        world.verdict.isGone(this);
        Verdict.expect(world.broken != Break.NONE || memory.held() == 0, this + " stops and holds " + memory.held() + " bytes");
    }

    @Override
    public String toString() {
        return String.valueOf((char) ('A' + index));
    }
}
