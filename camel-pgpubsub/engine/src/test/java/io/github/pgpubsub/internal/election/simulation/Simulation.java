package io.github.pgpubsub.internal.election.simulation;

import io.github.pgpubsub.MessageId;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.election.LeadOptions;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.status.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A group in a world without I/O: a server, some processes, a stream of numbered messages, and everything that can go wrong,
 * all decided by one seed. Time is counted in simulated nanoseconds. Throws an {@link AssertionError} that names the seed as
 * soon as a rule is broken.
 */
final class Simulation {

    private static final long MILLI = 1_000_000;
    private static final boolean DETAIL = Boolean.getBoolean("simulation.detail");
    private static final long SECOND = 1000 * MILLI;
    private static final int STRANGER = 7;
    private static final int WRITER = 8;
    private static final int MOST_MEMBERS = 6;
    /** One-way, milliseconds. */
    private static final int[] LATENCIES = {0, 0, 0, 1, 5, 25, 80};
    /** Time after an orderly end in which complete messages may be repeated: an earlier leader was back at once. */
    private static final long BACK_AT_ONCE = 2200 * MILLI;
    /** Time after a restart of the server in which messages may be repeated: the first member to return continues. */
    private static final long AFTER_A_RESTART = 60 * SECOND;

    /** Kinds of worlds. */
    enum Kind {
        /** All faults, close together, within a few seconds. */
        SHORT,
        /** All faults, over a time longer than any timer of the protocol. */
        LONG,
        /** Only orderly starts and stops of members, alone and together. */
        ORDERLY
    }

    private record Event(long time, Runnable what) {}

    private record Term(long since, SimulatedMember leader) {}

    final SimulatedServer server = new SimulatedServer();
    final Break broken;
    long now = 1;
    /** Time after which no more faults happen. */
    boolean calm;

    private final long seed;
    private final Kind kind;
    private final RandomGenerator random;
    private final LeadOptions options;
    private final int latencyMillis;
    private final boolean smallMemory;
    private final boolean impatient;
    private final boolean filtered;
    private final List<SimulatedMember> members = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::time));
    private final List<String> log = new ArrayList<>();
    private int lastName;
    private long deployedAt;

    // ---- fate of the messages
    private final Set<Long> begunEver = new HashSet<>();
    private final Set<Long> completedEver = new HashSet<>();
    private final Map<MessageId, Long> numberById = new HashMap<>();
    private final Map<Long, MessageId> idByNumber = new HashMap<>();
    private long lastFresh = -1;
    /** All messages before this one are complete, or were reported as a gap. */
    private long settledBefore;
    private final Set<Long> excused = new HashSet<>();
    /** Messages completed by a leader that stopped in an orderly way, and the time of the stop. */
    private final Map<Long, Long> doneByStopped = new HashMap<>();
    private final List<Term> terms = new ArrayList<>();
    private long lastResignedAt = -SECOND;
    private boolean gapWasLast;

    Simulation(long seed, Break broken) {
        this.seed = seed;
        this.broken = broken;
        this.random = new SplittableRandom(seed);
        this.kind = kind(random.nextInt(20));
        this.filtered = random.nextInt(3) == 0;
        this.latencyMillis = LATENCIES[random.nextInt(LATENCIES.length)];
        this.smallMemory = random.nextInt(4) == 0;
        this.impatient = kind != Kind.ORDERLY && random.nextInt(8) == 0;
        int size = random.nextInt(10);
        // A lease, half of this, must be longer than a report's round trip plus the answer before the next report.
        boolean slow = latencyMillis > 5 || kind == Kind.LONG && random.nextInt(3) == 0;
        int leaderTimeout = random.nextInt(12) == 0 ? 0 : slow ? 3000 : 900;
        this.options = new LeadOptions(Duration.ofMillis(50), Duration.ofMillis(leaderTimeout),
                size == 0 ? 0 : size < 3 ? 10 : 500);
    }

    private static Kind kind(int number) {
        return number < 2 ? Kind.LONG : number < 6 ? Kind.ORDERLY : Kind.SHORT;
    }

    Kind kind() {
        return kind;
    }

    void run() {
        try {
            int size = 1 + random.nextInt(5);
            for (int i = 0; i < size; i++) {
                join();
            }
            switch (kind) {
                case LONG -> goOn((10 + random.nextInt(20)) * SECOND, 300);
                case ORDERLY -> goOn((2 + random.nextInt(4)) * SECOND, 60);
                case SHORT -> goOn((1200 + random.nextInt(3000)) * MILLI, 40);
            }
            end();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + " (" + kind + ", " + latencyMillis + " ms, " + options + "): "
                    + e.getMessage() + "\n" + String.join("\n", tail()), e);
        }
    }

    private void goOn(long until, int stepsToAFault) {
        while (now < until) {
            step();
            if (random.nextInt(stepsToAFault) == 0) {
                if (kind == Kind.ORDERLY) {
                    change();
                } else {
                    fault();
                }
            }
        }
    }

    private List<String> tail() {
        return log.subList(Math.max(0, log.size() - Integer.getInteger("simulation.log", 60)), log.size());
    }

    private void join() {
        long latency = latencyMillis * MILLI / 2 + (latencyMillis == 0 ? 0 : random.nextLong(latencyMillis * MILLI));
        long memory = smallMemory && random.nextInt(2) == 0 ? 150L * ((latencyMillis > 5 ? 30 : 5) + random.nextInt(30))
                : Long.MAX_VALUE;
        members.add(new SimulatedMember(this, lastName++, random, options, latency, memory));
    }

    private void step() {
        now += random.nextLong((kind == Kind.LONG || calm ? 8 : 4) * MILLI);
        while (!events.isEmpty() && events.peek().time <= now) {
            events.remove().what.run();
        }
        if (!calm && random.nextInt(6) == 0) {
            server.publish(WRITER, now);
        }
        for (SimulatedMember member : members) {
            member.network();
        }
        for (int i = 0; i < 2 * members.size(); i++) {
            SimulatedMember member = members.get(random.nextInt(members.size()));
            if (member.isActive()) {
                member.step();
            }
        }
        members.removeIf(this::isGone);
    }

    void at(long time, Runnable what) {
        events.add(new Event(time, what));
    }

    /** Whether a request may fail although the connection works. */
    boolean mayFail() {
        return !calm && kind != Kind.ORDERLY;
    }

    private SimulatedMember anyone() {
        return members.isEmpty() ? null : members.get(random.nextInt(members.size()));
    }

    private SimulatedMember holder(Lock lock) {
        int holder = server.holder(lock);
        return members.stream().filter(member -> member.backend == holder && member.isConnected()).findFirst().orElse(null);
    }

    /** Members start and stop in an orderly way, some at the same moment. */
    private void change() {
        switch (random.nextInt(7)) {
            case 0, 1 -> stop(anyone());
            case 6 -> hinder(anyone());
            case 2 -> {
                SimulatedMember leader = holder(Lock.LEADER);
                SimulatedMember standby = holder(Lock.STANDBY);
                stop(leader);
                if (standby != null) {
                    at(now + random.nextLong(6 * MILLI), () -> stop(standby));
                }
            }
            case 3 -> {
                // A deploy: each member is replaced, the new member starting first.
                long each = Math.max(now, deployedAt);
                for (SimulatedMember member : now < deployedAt ? List.<SimulatedMember>of() : List.copyOf(members)) {
                    at(each, this::join);
                    each += random.nextLong(200 * MILLI);
                    at(each, () -> stop(member));
                }
                deployedAt = each;
            }
            default -> {
                if (members.size() < MOST_MEMBERS) {
                    join();
                }
            }
        }
    }

    private void stop(SimulatedMember member) {
        if (member != null && !member.stopWanted) {
            log(member, "stop");
            member.stop(impatient ? random.nextLong(800) * MILLI : Long.MAX_VALUE);
        }
    }

    private void hinder(SimulatedMember member) {
        if (member != null) {
            boolean withoutThreads = random.nextBoolean();
            log(member, withoutThreads ? "has no threads" : "can't listen");
            // While all is in good order, a member is back before another one takes the lock that it leaves alone.
            member.hinder(now + random.nextLong(kind == Kind.ORDERLY ? 300 : 2000) * MILLI, withoutThreads);
        }
    }

    private void kill(SimulatedMember member) {
        if (member != null && member.alive) {
            log(member, "killed");
            member.alive = false;
            at(now + random.nextLong(1 + member.latency), member::end);
        }
    }

    private void freeze(SimulatedMember member) {
        if (member != null) {
            log(member, "frozen");
            member.frozenUntil = now + random.nextLong(kind == Kind.LONG ? 9000 : 4000) * MILLI;
        }
    }

    private void cut(SimulatedMember member) {
        if (member != null && !member.isCut()) {
            log(member, "cut off");
            member.cutSince = now;
            member.cutUntil = now + random.nextLong(kind == Kind.LONG ? 9000 : 3000) * MILLI;
        }
    }

    private void fault() {
        SimulatedMember member = anyone();
        switch (random.nextInt(20)) {
            case 0 -> kill(member);
            case 1 -> {
                if (member != null) {
                    log(member, "its backend is ended");
                    member.end();
                }
            }
            case 2 -> freeze(member);
            case 3 -> cut(member);
            case 4, 5 -> stop(member);
            case 6 -> {
                kill(holder(Lock.LEADER));
                kill(random.nextBoolean() ? holder(Lock.STANDBY) : null);
            }
            case 7 -> {
                freeze(holder(Lock.STANDBY));
                kill(random.nextBoolean() ? holder(Lock.LEADER) : null);
            }
            case 8 -> cut(holder(Lock.LEADER));
            case 9 -> {
                if (random.nextInt(3) == 0) {
                    log.add(time() + " server restarts");
                    long upAt = now + random.nextLong(1000) * MILLI;
                    server.restart(now, upAt);
                }
            }
            case 10, 11 -> forge();
            case 12, 13, 14 -> change();
            default -> {
                if (members.size() < MOST_MEMBERS) {
                    join();
                }
            }
        }
    }

    /** A stranger repeats control messages, with harmful changes. */
    private void forge() {
        String last = null;
        String lastLeaderToken = null;
        for (int i = server.stream.size() - 1; i >= 0 && i > server.stream.size() - 50; i--) {
            SimulatedServer.Note note = server.stream.get(i);
            ControlMessage message = note.control();
            if (message != null && note.sender() != STRANGER && message.type() == ControlMessage.Type.PROGRESS && last == null) {
                last = message.encode();
                lastLeaderToken = message.token();
            }
        }
        if (last == null) {
            server.control(STRANGER, "1 " + (random.nextBoolean() ? "VACANT" : "JOIN") + " x." + random.nextInt(1000), now);
            return;
        }
        String forgery = last.replaceFirst(" ref=\\S+", " ref=" + lastLeaderToken).replaceFirst(" count=\\S+", " count=0");
        String type = List.of("PROGRESS", "TAKEOVER", "RESIGNING", "RESIGN", "JOIN").get(random.nextInt(5));
        server.control(STRANGER, forgery.replaceFirst("PROGRESS \\S+", type + " x." + random.nextInt(1000)), now);
    }

    /** Without further faults, a member leads in the end, and all messages are processed or reported as a gap. */
    private void end() {
        calm = true;
        log.add(time() + " calm, members " + members);
        members.forEach(member -> {
            member.frozenUntil = 0;
            member.cutUntil = Math.min(member.cutUntil, now);
            member.hinder(0, false);
        });
        join();
        // A member that was frozen or cut off for too long is deposed only now.
        long decided = now + 500 * MILLI + options.leaderTimeout().toNanos() * 3 / 2;
        while (now < decided) {
            step();
        }
        until("no deploy is under way", events::isEmpty);
        until("one leads", () -> leaders() == 1
                && members.stream().noneMatch(member -> member.stopWanted || !member.isConnected()
                        || member.leadership.role() == Role.DISCONNECTED));
        if (options.standbyBuffer() > 0) {
            until("the standby is in step, and the leader knows it", () -> members.size() < 2
                    || members.stream().filter(member -> member.leadership.isInStep()).count() >= 2);
        }
        log.add(time() + " the last 20");
        long last = server.published();
        for (int i = 0; i < 20; i++) {
            server.publish(WRITER, now);
        }
        until("all is processed: " + server.published() + " messages", () -> missing() == server.published());
        for (long number = last; number < server.published(); number++) {
            expect(completedEver.contains(number), "a gap is told although nothing goes wrong any more");
        }
        // A deploy may still be under way and start another member.
        until("all have stopped", () -> {
            members.stream().filter(member -> !member.stopWanted).forEach(member -> member.stop(Long.MAX_VALUE));
            return members.isEmpty();
        });
    }

    private long leaders() {
        return members.stream().filter(member -> member.leadership.role() == Role.LEADER && member.isConnected()).count();
    }

    /** The first message that no member has processed and no gap has covered. */
    private long missing() {
        while (isSettled(settledBefore)) {
            settledBefore++;
        }
        return settledBefore;
    }

    private boolean isSettled(long number) {
        return completedEver.contains(number) || excused.contains(number);
    }

    private void until(String what, BooleanSupplier holds) {
        // A leader with little memory at the far end of a slow network takes long.
        long end = now + (latencyMillis > 5 ? 90 : 30) * SECOND;
        while (now < end) {
            if (holds.getAsBoolean()) {
                return;
            }
            step();
        }
        throw new AssertionError("It never comes to this that " + what + "; missing is " + missing() + ", members: "
                + members);
    }

    // ---- reports of the members, and the rules

    /**
     * A leader takes a message in. Every earlier message must be complete, or held here too, or reported as a gap by this
     * leader before: a gap that another member reports later does not count.
     */
    void delivers(SimulatedMember member, Entry<Long> entry) {
        long number = entry.message();
        // A member that is alone, or does not know yet that its session has ended, continues with older messages.
        boolean follows = member.isConnected() && !member.onItsOwn;
        boolean toldByFormer = gapWasLast && follows;
        boolean told = member.gapIsLast || toldByFormer;
        if (told || member.lastDelivered != number - 1) {
            for (long each = missing(); each < number; each++) {
                if (!isSettled(each) && !member.has(each) && !member.missedInGap.contains(each)) {
                    expect(told,
                            "message " + each + " is lost and nobody is told: member " + member.name + " goes on with " + number);
                    member.missedInGap.add(each);
                }
            }
            if (told && (toldByFormer || member.gapHandled)) {
                tellsGap(member);
            }
            member.gapIsLast = false;
            gapWasLast &= !follows;
        }
        member.lastDelivered = number;
        // A member that does not know yet that its session has ended takes in messages that it will not begin.
        if (member.isConnected() || member.onItsOwn) {
            named(entry);
        }
    }

    /** A gap may count as a first gap only if no present member has seen a leader. */
    void deliversGap(SimulatedMember member, Entry.Gap gap) {
        boolean first = gap.first() || broken == Break.FIRST_GAP_IF_NEVER_LED;
        log(member, first ? "a first gap" : "a gap of " + gap.millis() + " ms");
        if (!first) {
            boolean newcomer = member.connectedAt > lastResignedAt - 500 * MILLI - 12 * member.latency;
            expect(kind != Kind.ORDERLY || newcomer, "a gap is told although all was in good order");
            return;
        }
        // A member that is alone could not look any more; the next leader among the others reports what they missed.
        for (SimulatedMember other : member.onItsOwn ? List.of(member) : members) {
            boolean knows = other == member ? other.sawLeader : other.isConnected() && other.witnessAt < member.gotLockAt;
            expect(!knows, "member " + member.name + " tells a first gap, and member " + other.name + " has seen somebody lead");
        }
    }

    /** The gap is reported to the route. It covers the missing messages before the next message. */
    void tellsGap(SimulatedMember member) {
        log(member, "tells its gap, which stands for " + member.missedInGap);
        excused.addAll(member.missedInGap);
    }

    /** A gap that no message follows counts for the next leader's messages. */
    private boolean isGone(SimulatedMember member) {
        boolean gone = member.stopped || !member.alive;
        if (gone) {
            hasSteppedAside(member);
        }
        return gone;
    }

    void hasSteppedAside(SimulatedMember member) {
        gapWasLast |= member.gapIsLast && member.gapHandled;
        member.gapIsLast = false;
    }

    void began(SimulatedMember member, Entry<Long> entry) {
        long number = entry.message();
        detail(member, "begins", entry);
        if (member.cannotKnow() || member.onItsOwn) {
            expect(begunEver.add(number) || entry.redelivered() || member.cannotKnow(),
                    "message " + number + " comes twice and is not marked");
            return;
        }
        for (SimulatedMember other : members) {
            expect(other == member || !other.begins() || other.cannotKnow() || other.onItsOwn,
                    "members " + member.name + " and " + other.name + " both begin messages");
        }
        boolean again = !begunEver.add(number);
        expect(!again || entry.redelivered(), "message " + number + " comes twice and is not marked");
        expect(kind != Kind.ORDERLY || !again, "message " + number + " comes twice although all was in good order");
        if (!entry.redelivered()) {
            expect(number > lastFresh, "message " + number + " comes after " + lastFresh);
            lastFresh = number;
        }
        if (again && completedEver.contains(number)) {
            Long end = doneByStopped.get(number);
            expect(end == null || Math.min(now, member.gotLockAt) - end < BACK_AT_ONCE || !hasAnotherLed(member, end)
                    || now - server.startedAt() <= AFTER_A_RESTART,
                    "message " + number + " comes again long after a leader has stopped that had done it");
        }
        named(entry);
    }

    private boolean hasAnotherLed(SimulatedMember member, long since) {
        return terms.stream().anyMatch(term -> term.since > since && term.leader != member);
    }

    void leads(SimulatedMember member) {
        terms.add(new Term(now, member));
    }

    private void named(Entry<Long> entry) {
        long number = entry.message();
        expect(entry.id() != null, "message " + number + " has no id");
        Long named = numberById.putIfAbsent(entry.id(), number);
        expect(named == null || named == number, "two messages have the id " + entry.id());
        MessageId known = idByNumber.putIfAbsent(number, entry.id());
        expect(known == null || known.equals(entry.id()), "message " + number + " has the ids " + known + " and " + entry.id());
    }

    void completed(long number) {
        completedEver.add(number);
    }

    /** A leader has stopped in an orderly way. */
    void resigned(SimulatedMember member) {
        lastResignedAt = now;
        member.reportedAtEnd.forEach(number -> doneByStopped.putIfAbsent(number, now));
    }

    void stopped(SimulatedMember member) {
        expect(broken != Break.NONE || member.bytesHeld() == 0, "member " + member.name + " stops and holds " + member.bytesHeld()
                + " bytes");
    }

    boolean isFiltered(long number) {
        return filtered && number % 7 == 3;
    }

    void log(SimulatedMember member, String what) {
        log.add(time() + " member " + member.name + " (" + member.backend + ") " + what);
    }

    void detail(SimulatedMember member, String what, Object about) {
        if (DETAIL) {
            log(member, what + " " + about);
        }
    }

    private String time() {
        return now / MILLI + " ms";
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
