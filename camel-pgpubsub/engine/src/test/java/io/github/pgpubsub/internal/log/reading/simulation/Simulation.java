package io.github.pgpubsub.internal.log.reading.simulation;

import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.ErrorPolicy;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.reading.SharedEnds;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Groups that read a log in a world without I/O: a server, writers, some processes, and everything that can go wrong, all
 * decided by one seed. Time is counted in simulated nanoseconds. Throws an {@link AssertionError} that names the seed as soon as
 * a rule is broken.
 */
final class Simulation {

    static final long MILLI = 1_000_000;
    /** So long after its last proof a leader may begin messages, and a successor waits. */
    static final long GRACE = 40 * MILLI;
    static final long LEADER_TIMEOUT = 200 * MILLI;
    private static final long SECOND = 1000 * MILLI;
    private static final int MOST_MEMBERS = 4;

    /** What happens in a world. */
    enum Kind {
        /** Everything. */
        CHAOS,
        /** Members come and leave in an orderly way, and nothing else. */
        ORDERLY,
        /** Everything but prepared transactions, and nobody polls. */
        NO_POLL,
        /** Everything, with ackMode=transaction. */
        TRANSACTION
    }

    private record Event(long time, long number, Runnable what) {}

    final RandomGenerator random;
    final Break broken;
    final Kind kind;
    final SimulatedServer server;
    final SimulatedPages pages;
    final SimulatedPlaces places;
    final SleepLocks locks = new SleepLocks();
    final Oracle oracle;
    final int groups;
    final ReadOptions options;
    final int concurrency;
    /** So many messages at most have one exchange. */
    final int batch;
    /** Whether the reading connections go through a pooler, which hides that the server is another one. */
    final boolean pooled;
    /** Whether the end of a window and the opening of the next one are one statement. */
    final boolean combining;
    /** Of readers that end their windows where others' end, as those of one process do; null: each takes a snapshot of its own. */
    private final SharedEnds ends;
    private Bound lastEnd;
    long now = 1;
    long upAt;
    boolean calm;

    private final long seed;
    private final SimulatedWriters writers;
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::time).thenComparingLong(Event::number));
    private long eventNumber;
    final List<SimulatedMember> members = new ArrayList<>();
    private final List<Supplier<String>> log = new ArrayList<>();
    private int lastName;
    // sessions at the server
    private int lastSession;
    final Set<Integer> sessions = new HashSet<>();
    private final Map<Integer, Integer> leaders = new HashMap<>();
    private final Map<Integer, Long> freedAt = new HashMap<>();

    Simulation(long seed, Break broken) {
        this.seed = seed;
        this.broken = broken;
        this.random = new SplittableRandom(seed);
        int number = random.nextInt(20);
        this.kind = number < 4 ? Kind.ORDERLY : number < 9 ? Kind.NO_POLL : number < 13 ? Kind.TRANSACTION : Kind.CHAOS;
        this.server = new SimulatedServer(random, seed / 4 % 2 == 0);
        this.pages = new SimulatedPages(server, broken, random);
        this.places = new SimulatedPlaces(server, pages, broken);
        this.groups = kind == Kind.TRANSACTION || random.nextBoolean() ? 1 : 2;
        this.concurrency = kind == Kind.TRANSACTION || random.nextBoolean() ? 1 : 3;
        this.batch = seed / 2 % 2 == 0 ? 1 : 4;
        this.pooled = kind != Kind.ORDERLY && random.nextBoolean();
        this.combining = random.nextInt(4) != 0;
        this.ends = groups == 2 && seed % 2 == 0 ? new SharedEnds() : null;
        this.options = options();
        this.oracle = new Oracle(this);
        this.writers = new SimulatedWriters(this);
    }

    private ReadOptions options() {
        AckMode mode = kind == Kind.TRANSACTION
                ? AckMode.transaction
                : List.of(AckMode.batch, AckMode.batch, AckMode.message, AckMode.manual).get(random.nextInt(4));
        OnError onError = OnError.values()[random.nextInt(3)];
        ErrorPolicy errors = new ErrorPolicy(onError, Duration.ofMillis(2), Duration.ofMillis(20), random.nextInt(4) - 1);
        int rows = 1 + random.nextInt(20);
        boolean wakeUp = kind == Kind.NO_POLL || random.nextInt(4) != 0;
        return new ReadOptions(0, random.nextBoolean() ? new StartFrom.Now() : new StartFrom.Earliest(), mode, errors, rows,
                10 + random.nextInt(300), 1 + random.nextInt(10), 10 + random.nextInt(100), Duration.ofMillis(30), wakeUp,
                kind == Kind.NO_POLL ? null : Duration.ofMillis(50), Duration.ofNanos(LEADER_TIMEOUT));
    }

    void run() {
        try {
            for (int group = 1; group <= groups; group++) {
                places.join(group, options.startFrom() instanceof StartFrom.Earliest, server.snapshot(), server.sequence(), 0);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    join(group);
                }
            }
            writers.start();
            at(0, this::rotate);
            at(0, this::fault);
            until(300 * MILLI + random.nextLong(1500) * MILLI);
            end();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + " (" + kind + ", " + options + ", " + concurrency + " workers, batches of "
                    + batch + ", "
                    + (pooled ? "pooled" : "direct") + (combining ? ", combining" : "") + (ends != null ? ", sharing" : "")
                    + "): " + e.getMessage() + "\n"
                    + String.join("\n", tail()), e);
        }
    }

    private List<String> tail() {
        int most = Integer.getInteger("simulation.log", 20);
        return log.subList(Math.max(0, log.size() - most), log.size()).stream().map(Supplier::get).toList();
    }

    // ---- time

    void at(long delay, Runnable what) {
        events.add(new Event(now + delay, ++eventNumber, what));
    }

    private void step() {
        Event next = events.remove();
        now = next.time;
        next.what.run();
    }

    private void until(long time) {
        while (events.peek().time <= time) {
            step();
        }
        now = time;
    }

    private void until(String what, BooleanSupplier holds) {
        long end = now + 60 * SECOND;
        for (int i = 1; i % 50 != 0 || !holds.getAsBoolean(); i++) {
            if (now > end || events.isEmpty()) {
                throw new AssertionError("It never comes to this that " + what + "; members " + members + ", places "
                        + server.places);
            }
            step();
        }
    }

    /** The end of another reader's window with which a window that begins there may end; null: none. */
    Bound endAfter(Bound done) {
        if (ends == null) {
            return null;
        }
        Bound end = ends.after(done);
        return broken == Break.SHARED_END_NOT_LATER && lastEnd != null && !lastEnd.equals(done) ? lastEnd : end;
    }

    long beginsToOpen() {
        return ends == null ? 0 : ends.begin();
    }

    void opened(OpenAnswer answer, long number) {
        if (ends != null && answer instanceof OpenAnswer.Opened opened) {
            ends.opened(opened.upto(), number);
            lastEnd = opened.upto();
        }
    }

    /** Mostly short. */
    long delay() {
        return random.nextInt(8) == 0 ? random.nextLong(5 * MILLI) : random.nextLong(MILLI / 2);
    }

    boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    boolean isUp() {
        return now >= upAt;
    }

    // ---- members and sessions

    private void join(int group) {
        SimulatedMember member = new SimulatedMember(this, ++lastName, group);
        members.add(member);
        member.start();
    }

    int connect() {
        sessions.add(++lastSession);
        return lastSession;
    }

    void endSession(int session) {
        if (sessions.remove(session)) {
            locks.end(session);
            leaders.entrySet().stream().filter(each -> each.getValue() == session).map(Map.Entry::getKey).toList()
                    .forEach(this::unlock);
        }
    }

    private void unlock(int group) {
        leaders.remove(group);
        freedAt.put(group, now);
    }

    /** The leader's lock is given back. */
    void resign(int group, int session) {
        if (leaders.getOrDefault(group, 0) == session) {
            unlock(group);
        }
    }

    /** Tries the leader's lock. Returns from when on it may lead, -1: another has it. */
    long tryLead(int group, int session) {
        if (leaders.containsKey(group)) {
            return -1;
        }
        leaders.put(group, session);
        return freedAt.getOrDefault(group, now - GRACE) + GRACE;
    }

    void notifySleepers(Set<Integer> notified) {
        for (SimulatedMember member : List.copyOf(members)) {
            if (notified.contains(member.group)) {
                member.notification();
            }
        }
    }

    void left(SimulatedMember member) {
        members.remove(member);
    }

    // ---- the log's ring

    private void rotate() {
        int next = (server.slot + 1) % SimulatedServer.SLOTS;
        if (!pages.isNumbered() && isUp() && !server.isWrittenTo(next) && isRead(next)) {
            oracle.emptied(next);
            server.empty(next);
        }
        at((20 + random.nextInt(60)) * MILLI, this::rotate);
    }

    private boolean isRead(int slot) {
        return server.places.values().stream().allMatch(place -> server.rows().stream()
                .filter(row -> row.slot == slot && server.isCommitted(row)).allMatch(row -> isRead(row, place)));
    }

    private boolean isRead(LogRow row, PlaceRow place) {
        if (Xids.parse(place.done().snapshot()).sees(row.xid)) {
            return true;
        }
        return place.upto() != null && row.id <= place.lastId()
                && (broken == Break.SLOT_EMPTIED_BEFORE_STRAGGLER || Xids.parse(place.upto().snapshot()).sees(row.xid));
    }

    /** retentionMax has passed. */
    private void giveUpUnread() {
        int next = (server.slot + 1) % SimulatedServer.SLOTS;
        if (pages.isNumbered() || server.isWrittenTo(next)) {
            return;
        }
        for (int group = 1; group <= groups; group++) {
            PlaceRow place = server.places.get(group);
            if (place != null && !places.isHeld(group)) {
                long missed = server.rows().stream().filter(row -> row.slot == next && server.isCommitted(row))
                        .filter(row -> !isRead(row, place)).count();
                if (missed > 0) {
                    server.update(group, place.missed(place.missed() + missed));
                }
            } else if (place != null) {
                return;
            }
        }
        log("gives up slot " + next);
        server.empty(next);
    }

    // ---- faults

    private void fault() {
        if (calm) {
            return;
        }
        if (kind == Kind.ORDERLY) {
            change();
        } else {
            disturb();
        }
        at((10 + random.nextInt(120)) * MILLI, this::fault);
    }

    private void change() {
        SimulatedMember member = members.isEmpty() ? null : members.get(random.nextInt(members.size()));
        if (random.nextBoolean() || member == null) {
            if (members.size() < MOST_MEMBERS) {
                join(1 + random.nextInt(groups));
            }
        } else {
            log(member, "stops");
            member.stop();
        }
    }

    private void disturb() {
        SimulatedMember member = members.isEmpty() ? null : members.get(random.nextInt(members.size()));
        int what = random.nextInt(21);
        if (what < 4 || member == null) {
            change();
        } else if (what < 6) {
            log(member, "dies");
            member.die();
        } else if (what < 9) {
            member.freeze((20 + random.nextInt(500)) * MILLI);
        } else if (what < 13) {
            log(member, "loses its reading connection");
            member.cut();
        } else if (what < 15) {
            log(member, "is ended at the server");
            endSession(member.session());
        } else if (what < 18) {
            restart(what == 17 || random.nextBoolean());
        } else if (what == 18 && chance(3) && isUp()) {
            giveUpUnread();
        } else if (what == 19 && chance(3) && isUp() && kind != Kind.TRANSACTION) {
            // A removed group that begins with the earliest has its effects again.
            int group = 1 + random.nextInt(groups);
            if (server.places.containsKey(group) && !places.isHeld(group)) {
                log("removes group " + group);
                oracle.removed(group);
                server.remove(group);
            }
        } else if (what == 20 && isUp()) {
            writers.requeue(1 + random.nextInt(groups));
        }
    }

    private void restart(boolean failOver) {
        int size = server.journalSize();
        // Often so little that the open window and its owner are still there.
        int length = failOver ? Math.max(0, size - random.nextInt(random.nextBoolean() ? 5 : 20))
                : size - random.nextInt(size - server
                        .shortestAfterRestart() + 1);
        // The groups were there from the start.
        length = Math.max(length, groups);
        log((failOver ? "a new primary" : "a restart") + ", which lacks " + (size - length) + " of " + size);
        List.copyOf(sessions).forEach(this::endSession);
        locks.restart();
        places.held.clear();
        List<SimulatedServer.Tx> prepared = server.restart(Math.min(length, size), failOver);
        upAt = now + random.nextLong(100) * MILLI;
        if (chance(3)) {
            // Clients give up what is on its way, which a pooler may still hand to the new primary.
            List.copyOf(members).forEach(SimulatedMember::cut);
        }
        writers.restarted(prepared);
        List.copyOf(members).forEach(SimulatedMember::serverRestarted);
        if (failOver && chance(4)) {
            // That one does not live long.
            at(random.nextLong(60 * MILLI), () -> {
                if (!calm) {
                    restart(true);
                }
            });
        }
    }

    // ---- the end

    private void end() {
        calm = true;
        log("calm");
        members.forEach(SimulatedMember::thaw);
        for (int group = 1; group <= groups; group++) {
            join(group);
        }
        until("no writer is at work", writers::isIdle);
        until("each group is led", () -> leadersInTerm() == groups);
        writers.last();
        until("no writer is at work", writers::isIdle);
        until("each group has all", oracle::isComplete);
        until("all are idle", this::isIdle);
        oracle.check();
        // The rest of what was under way.
        until(now + SECOND);
        long asked = members.stream().mapToLong(SimulatedMember::asked).sum();
        until(now + SECOND);
        expect(isIdle(), "they do not stay idle: " + members);
        long askedWhileIdle = members.stream().mapToLong(SimulatedMember::asked).sum() - asked;
        expect(askedWhileIdle <= (options.pollInterval() == null ? 0 : 25L * groups),
                askedWhileIdle + " requests in an idle second");
    }

    private long leadersInTerm() {
        return members.stream().filter(member -> member.reader.isInTerm()).count();
    }

    private boolean isIdle() {
        return leadersInTerm() == groups && members.stream().allMatch(member -> !member.reader.isInTerm()
                || (member.isIdle() && (member.reader.isAsleep() || !options.wakeUp())))
                && server.places.values().stream().allMatch(place -> place.upto() == null);
    }

    // ---- what is told

    void log(String what) {
        log(() -> what);
    }

    void log(SimulatedMember member, String what) {
        log(member, () -> what);
    }

    void log(SimulatedMember member, Supplier<String> what) {
        log(() -> "member " + member.name + " of group " + member.group + " " + what.get());
    }

    /** @param what asked only if the world fails, so it must not change: making the texts took a sixth of the time */
    private void log(Supplier<String> what) {
        long at = now;
        log.add(() -> at / (MILLI / 1000) / 1000.0 + " ms " + what.get());
    }

    static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
