package io.github.pgpubsub.lead.simulation;

import io.github.pgpubsub.lead.ControlMessage;
import io.github.pgpubsub.lead.Entry;
import io.github.pgpubsub.lead.LeadOptions;
import io.github.pgpubsub.lead.MessageId;
import io.github.pgpubsub.lead.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private static final int STRANGER = 7;
    private static final int WRITER = 8;

    final SimulatedServer server = new SimulatedServer();
    final Break broken;
    long now = 1;
    /** Nothing goes wrong any more. */
    boolean calm;

    private final long seed;
    private final RandomGenerator random;
    private final LeadOptions options;
    private final boolean filtered;
    private final List<SimulatedMember> members = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private int lastName;

    // what happened to the messages
    private final Set<Long> begunEver = new HashSet<>();
    private final Set<Long> completedEver = new HashSet<>();
    private final Map<String, Long> numberById = new HashMap<>();
    private final Map<Long, MessageId> idByNumber = new HashMap<>();
    private long lastFresh = -1;
    private long excusedBefore;
    private boolean gapTold;

    Simulation(long seed, Break broken) {
        this.seed = seed;
        this.broken = broken;
        this.random = new SplittableRandom(seed);
        this.filtered = random.nextInt(3) == 0;
        this.options = new LeadOptions(Duration.ofMillis(50), Duration.ofMillis(900), random.nextInt(5) == 0 ? 10 : 500);
    }

    void run() {
        try {
            int size = 1 + random.nextInt(4);
            for (int i = 0; i < size; i++) {
                join();
            }
            int steps = 600 + random.nextInt(1500);
            for (int i = 0; i < steps; i++) {
                step();
                if (random.nextInt(40) == 0) {
                    fault();
                }
            }
            end();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\n" + String.join("\n", tail()), e);
        }
    }

    private List<String> tail() {
        return log.subList(Math.max(0, log.size() - Integer.getInteger("simulation.log", 60)), log.size());
    }

    private void join() {
        members.add(new SimulatedMember(this, lastName++, random, options));
    }

    private void step() {
        now += random.nextLong(4 * MILLI);
        if (!calm && random.nextInt(6) == 0) {
            server.publish(WRITER);
        }
        for (int i = 0; i < 4 && !members.isEmpty(); i++) {
            SimulatedMember member = members.get(random.nextInt(members.size()));
            if (member.isActive()) {
                member.step();
            }
        }
        members.removeIf(member -> member.stopped || !member.alive);
    }

    private void fault() {
        SimulatedMember member = members.isEmpty() ? null : members.get(random.nextInt(members.size()));
        switch (random.nextInt(12)) {
            case 0 -> {
                if (member != null) {
                    log(member, "killed");
                    member.alive = false;
                    server.end(member.backend);
                }
            }
            case 1 -> {
                if (member != null && server.isAlive(member.backend)) {
                    log(member, "cut");
                    server.end(member.backend);
                }
            }
            case 2 -> {
                if (member != null) {
                    log(member, "frozen");
                    member.frozenUntil = now + random.nextLong(4000) * MILLI;
                }
            }
            case 3, 4 -> {
                if (member != null && !member.stopWanted) {
                    log(member, "stop");
                    member.stop();
                }
            }
            case 5 -> {
                if (random.nextInt(4) == 0) {
                    log.add(time() + " server restarts");
                    members.forEach(each -> server.end(each.backend));
                }
            }
            case 6, 7 -> forge();
            default -> {
                if (members.size() < 4) {
                    join();
                }
            }
        }
    }

    /** A stranger repeats what it heard, with changes that would do harm. */
    private void forge() {
        String last = null;
        String lastLeaderToken = null;
        for (int i = server.stream.size() - 1; i >= 0 && i > server.stream.size() - 50; i--) {
            SimulatedServer.Note note = server.stream.get(i);
            if (note.control() != null && note.sender() != STRANGER) {
                ControlMessage message = ControlMessage.decode(note.control()).orElseThrow();
                if (message.type() == ControlMessage.Type.PROGRESS && last == null) {
                    last = note.control();
                    lastLeaderToken = message.token();
                }
            }
        }
        if (last == null) {
            server.control(STRANGER, "1 " + (random.nextBoolean() ? "VACANT" : "JOIN") + " x." + random.nextInt(1000));
            return;
        }
        String forged = last.replaceFirst(" ref=\\S+", " ref=" + lastLeaderToken).replaceFirst(" count=\\S+", " count=0");
        String type = List.of("PROGRESS", "TAKEOVER", "RESIGNING", "RESIGN").get(random.nextInt(4));
        server.control(STRANGER, forged.replaceFirst("PROGRESS \\S+", type + " x." + random.nextInt(1000)));
    }

    /** When nothing goes wrong any more, somebody leads and everything is processed that was not told as a gap. */
    private void end() {
        calm = true;
        log.add(time() + " calm, members " + members);
        members.forEach(member -> member.frozenUntil = 0);
        join();
        // Who was frozen too long is deposed only now.
        for (int i = 0; i < 1_500; i++) {
            step();
        }
        until("one leads", () -> leaders() == 1
                && members.stream().noneMatch(member -> member.stopWanted || !server.isAlive(member.backend)));
        if (options.standbyBuffer() > 0) {
            until("the standby is in step", () -> members.size() < 2
                    || members.stream().anyMatch(member -> member.leadership.isInStep()));
        }
        log.add(time() + " the last 20");
        for (int i = 0; i < 20; i++) {
            server.publish(WRITER);
        }
        until("all is processed: " + server.published() + " messages, gaps told before " + excusedBefore,
                () -> missing() == server.published());
        expect(excusedBefore <= server.published() - 20, "a gap is told although nothing goes wrong any more");
    }

    private long leaders() {
        return members.stream().filter(member -> member.leadership.role() == Role.LEADER && server.isAlive(member.backend)).count();
    }

    /** The first message that nobody has processed and no gap was told for. */
    private long missing() {
        long number = excusedBefore;
        while (completedEver.contains(number)) {
            number++;
        }
        return number;
    }

    private void until(String what, BooleanSupplier holds) {
        for (int i = 0; i < 8_000; i++) {
            if (holds.getAsBoolean()) {
                return;
            }
            step();
        }
        throw new AssertionError("It never comes to this that " + what + "; missing is " + missing() + ", members: "
                + members);
    }

    // ---- what the members tell, and the rules

    void began(SimulatedMember member, Entry<Long> entry) {
        long number = entry.message();
        log(member, "begins " + number + (entry.redelivered() ? " again" : "") + " id " + entry.id());
        for (SimulatedMember other : members) {
            expect(other == member || !other.mayBegin(), "members " + member.name + " and " + other.name + " both begin messages");
        }
        boolean again = !begunEver.add(number);
        expect(!again || entry.redelivered(), "message " + number + " comes twice and is not marked");
        if (!entry.redelivered()) {
            expect(number > lastFresh, "message " + number + " comes after " + lastFresh);
            lastFresh = number;
        }
        if (entry.id() != null) {
            Long named = numberById.putIfAbsent(entry.id().toString(), number);
            expect(named == null || named == number, "two messages have the id " + entry.id());
            MessageId known = idByNumber.putIfAbsent(number, entry.id());
            expect(known == null || known.equals(entry.id()), "message " + number + " has the ids " + known + " and " + entry.id());
        }
    }

    void completed(long number) {
        completedEver.add(number);
    }

    /** A gap with nothing behind it: it counts for what the next leader delivers. */
    void gapToldLast() {
        gapTold = true;
    }

    void delivers(long number) {
        if (gapTold) {
            gapTold = false;
            mayHaveMissedBefore(number);
        }
    }

    void mayHaveMissedBefore(long number) {
        log.add(time() + " gap told before " + number);
        excusedBefore = Math.max(excusedBefore, number);
    }

    boolean isFiltered(long number) {
        return filtered && number % 7 == 3;
    }

    void log(SimulatedMember member, String what) {
        log.add(time() + " member " + member.name + " (" + member.backend + ") " + what);
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
