package io.github.pgpubsub.internal.log.sharding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A world of members that come, stop, die, freeze, lose their sessions and see late. The elections are as simple as can be: one lock for a
 * shard, freed with its session; a frozen leader is deposed if somebody stands by.
 */
final class Simulation {

    static final int POLL = 10;
    static final int PATIENCE = 16;
    static final int ASIDE = 3;
    private static final int TIMEOUT = 100;
    private static final int STEPS = 4_000;

    final Random random;
    final Break broken;
    final int shards;
    long now;
    int givenBack;

    private final int most;
    private final List<SimulatedProcess> processes = new ArrayList<>();
    /** By shard; null: none. */
    private final SimulatedMember[] leaders;
    /** Number of changes of the leaders. */
    private int elections;
    /** By shard, in the order in which they came. */
    private final List<Set<SimulatedMember>> candidates = new ArrayList<>();
    /** Since when somebody stands by for a frozen leader, by shard; 0: nobody does. */
    private final long[] watchedSince;
    /** What the server shows, by member. */
    private final Map<SimulatedMember, MemberView> shown = new LinkedHashMap<>();
    private int lastBackend;
    private int lastNumber;
    private long quietSince;
    private int allowedMoves;
    private int movesWhenSettled = -1;
    int settled;

    Simulation(long seed, Break broken) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.broken = broken;
        this.shards = random.nextInt(4) == 0 ? 1 + random.nextInt(40) : 1 + random.nextInt(9);
        this.most = 1 + random.nextInt(6);
        this.leaders = new SimulatedMember[shards];
        this.watchedSince = new long[shards];
        for (int shard = 0; shard < shards; shard++) {
            candidates.add(new LinkedHashSet<>());
        }
    }

    void run() {
        int rare = 50 + random.nextInt(2000);
        boolean calmAtLast = random.nextBoolean();
        begin();
        for (now = 1; now < STEPS; now++) {
            if (random.nextInt(rare) == 0 && !(calmAtLast && now > STEPS / 2)) {
                fault();
            }
            step();
            check();
        }
    }

    // ---- what happens

    private void fault() {
        quietSince = now;
        movesWhenSettled = -1;
        // The youngest is met as often as all others together: it is in the midst of something.
        SimulatedProcess one = processes.isEmpty() ? null
                : processes.get(random.nextBoolean() ? processes.size() - 1 : random.nextInt(processes.size()));
        switch (random.nextInt(9)) {
            case 0, 1 -> begin();
            case 2 -> {
                if (one != null && !one.frozen) {
                    one.members.forEach(each -> {
                        each.stopping = true;
                        each.sharing.stop();
                    });
                    changed(1);
                }
            }
            case 3 -> die(one);
            case 4, 5 -> {
                if (one != null && !one.frozen) {
                    one.frozen = true;
                }
            }
            case 6 -> {
                if (one != null && one.frozen) {
                    one.frozen = false;
                    changed(one.members.size());
                }
            }
            case 7 -> {
                if (one != null && one.backend != 0) {
                    lose(one);
                    one.reconnectAt = now + random.nextInt(60);
                    changed(2);
                }
            }
            default -> {
                if (one != null && !one.frozen) {
                    SimulatedMember member = one.members.get(0);
                    if (random.nextBoolean()) {
                        member.unable = true;
                    } else {
                        // Once for each shard, as when it can't read.
                        Set<Integer> led = member.led();
                        member.sharing.stepAside();
                        led.forEach(shard -> member.sharing.stepAside());
                    }
                    changed(2);
                }
            }
        }
    }

    /** So many members may have come or gone, each of which moves its share. */
    private void changed(int members) {
        int present = (int) members().filter(each -> each.present).count();
        allowedMoves += members * (shards / Math.max(1, present) + 2);
    }

    private void begin() {
        if (processes.size() >= most) {
            return;
        }
        SimulatedProcess process = new SimulatedProcess();
        process.reconnectAt = now;
        int members = random.nextInt(4) == 0 ? 2 : 1;
        for (int i = 0; i < members; i++) {
            process.members.add(new SimulatedMember(this, process, ++lastNumber,
                    broken == Break.NEVER_GIVEN_UP ? Integer.MAX_VALUE - 1 : PATIENCE));
        }
        processes.add(process);
        process.members.forEach(each -> each.sharing.start());
        changed(members);
    }

    private void die(SimulatedProcess one) {
        if (one != null) {
            changed(one.members.size());
            lose(one);
            one.dead = true;
            processes.remove(one);
        }
    }

    private void lose(SimulatedProcess one) {
        one.members.forEach(each -> {
            shown.remove(each);
            for (int shard = 0; shard < shards; shard++) {
                if (leaders[shard] == each) {
                    lead(shard, null);
                }
            }
            // What has begun ends without effect: it begins nothing more, and its place is refused by the epoch.
            each.leaving.replaceAll((shard, at) -> Math.min(at, now));
            each.asking = false;
            each.sharing.disconnected();
        });
        one.lose();
        one.reconnectAt = now + 5;
    }

    private void step() {
        for (SimulatedProcess each : List.copyOf(processes)) {
            each.deliver(now);
            if (!each.frozen) {
                if (each.backend == 0 && now >= each.reconnectAt) {
                    each.backend = random.nextBoolean() ? ++lastBackend : 100_000 - ++lastBackend;
                    each.members.forEach(this::show);
                }
                each.members.forEach(SimulatedMember::pass);
                each.members.removeIf(this::isDone);
                if (each.members.isEmpty()) {
                    lose(each);
                    processes.remove(each);
                }
            }
        }
        for (int shard = 0; shard < shards; shard++) {
            elect(shard);
        }
    }

    private boolean isDone(SimulatedMember member) {
        boolean done = member.sharing.isDone();
        if (done) {
            shown.remove(member);
        }
        return done;
    }

    private void elect(int shard) {
        SimulatedMember leader = leaders[shard];
        if (leader != null && !leader.process.frozen) {
            watchedSince[shard] = 0;
            return;
        }
        Set<SimulatedMember> takePart = candidates.get(shard);
        if (leader == null || !isWatched(leader, takePart, shard)) {
            watchedSince[shard] = 0;
        } else if (watchedSince[shard] == 0) {
            watchedSince[shard] = now;
        }
        if (leader == null) {
            List<SimulatedMember> able = takePart.stream()
                    .filter(each -> each.process.isHealthy() && !each.unable && processes.contains(each.process)).toList();
            if (!able.isEmpty() && random.nextInt(5) == 0) {
                lead(shard, able.get(random.nextInt(able.size())));
            }
        } else if (watchedSince[shard] > 0 && now - watchedSince[shard] > TIMEOUT) {
            lose(leader.process);
            changed(leader.process.members.size());
        }
    }

    private boolean isWatched(SimulatedMember leader, Set<SimulatedMember> takePart, int shard) {
        return takePart.stream().anyMatch(each -> each.process != leader.process && each.process.isHealthy()
                && (broken != Break.NOBODY_WATCHES || each.marks.containsKey(shard)));
    }

    /** @param leader null: nobody */
    private void lead(int shard, SimulatedMember leader) {
        leaders[shard] = leader;
        elections++;
    }

    // ---- what members do

    void takePart(SimulatedMember member, int shard) {
        candidates.get(shard).add(member);
    }

    void release(SimulatedMember member, int shard) {
        candidates.get(shard).remove(member);
        if (leads(member, shard)) {
            lead(shard, null);
        }
    }

    boolean leads(SimulatedMember member, int shard) {
        return leaders[shard] == member;
    }

    int elections() {
        return elections;
    }

    Set<Integer> led(SimulatedMember member) {
        return IntStream.range(0, shards).filter(shard -> leads(member, shard)).boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    void show(SimulatedMember member) {
        SimulatedProcess process = member.process;
        if (process.backend != 0) {
            boolean present = member.present;
            int beat = member.beat;
            Map<Integer, Mark> marks = Map.copyOf(member.marks);
            MemberId id = new MemberId(process.backend, member.number);
            process.send(now + random.nextInt(3), () -> {
                if (present || !marks.isEmpty()) {
                    shown.put(member, new MemberView(id, present, beat, marks));
                } else {
                    shown.remove(member);
                }
            });
        }
    }

    void poll(SimulatedMember member) {
        SimulatedProcess process = member.process;
        MemberId self = new MemberId(process.backend, member.number);
        process.send(now + random.nextInt(4), () -> {
            List<MemberView> view = shown.values().stream().map(each -> distorted(each, self))
                    .filter(each -> broken != Break.PRESENCE_UNSEEN || each.id().equals(self) || !each.marks().isEmpty())
                    .toList();
            MemberId seenAs = broken == Break.OWN_TIES ? new MemberId(0, self.number()) : self;
            process.answer(now + random.nextInt(4), () -> {
                member.asking = false;
                member.sharing.seen(seenAs, view);
            });
        });
    }

    private MemberView distorted(MemberView view, MemberId self) {
        return broken == Break.OWN_TIES && view.id().equals(self)
                ? new MemberView(new MemberId(0, self.number()), view.present(), view.beat(), view.marks()) : view;
    }

    // ---- what must hold

    private Stream<SimulatedMember> members() {
        return processes.stream().flatMap(each -> each.members.stream());
    }

    private void check() {
        for (int shard = 0; shard < shards; shard++) {
            checkOneHandles(shard);
        }
        verify(givenBack <= allowedMoves, () -> givenBack + " moves, and only " + allowedMoves + " allowed");
        if (now - quietSince >= settledAfter(0)) {
            checkSettled();
        }
    }

    /** How long after the last fault everything is settled, with so many members that are frozen. */
    private static long settledAfter(int frozenMembers) {
        return POLL * (PATIENCE * (2L + frozenMembers) + ASIDE + 20) + TIMEOUT * (1L + frozenMembers);
    }

    private void checkSettled() {
        int frozenMembers = (int) members().filter(each -> each.process.frozen).count();
        if (now - quietSince >= settledAfter(frozenMembers) && members().noneMatch(each -> each.unable)) {
            List<SimulatedMember> healthy = members().filter(each -> each.process.isHealthy() && !each.stopping).toList();
            if (!healthy.isEmpty()) {
                checkSettled(healthy);
            }
        }
    }

    private void checkOneHandles(int shard) {
        SimulatedMember first = null;
        for (SimulatedProcess process : processes) {
            for (SimulatedMember each : process.members) {
                if (!process.frozen && each.handles(shard)) {
                    SimulatedMember other = first;
                    verify(other == null, () -> "two handle shard " + shard + ": " + other + ", " + each);
                    first = each;
                }
            }
        }
    }

    private void checkSettled(List<SimulatedMember> healthy) {
        for (int shard = 0; shard < shards; shard++) {
            int one = shard;
            SimulatedMember leader = leaders[shard];
            verify(leader != null && !leader.process.frozen, () -> "shard " + one + " has no leader: " + leader);
            verify(leader.marks.get(shard) == Mark.LEADS, () -> "shard " + one + " is led without knowing by " + leader);
        }
        List<Integer> counts = healthy.stream().map(each -> each.led().size()).sorted().toList();
        verify(counts.get(counts.size() - 1) - counts.get(0) <= 1, () -> "shares " + counts);
        verify(movesWhenSettled < 0 || movesWhenSettled == givenBack, () -> "moves on and on");
        movesWhenSettled = givenBack;
        settled++;
    }

    private void verify(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get() + "\nat " + now + " of " + shards + " shards, quiet since " + quietSince
                    + ", leaders " + Arrays.toString(leaders) + ", members " + members().toList() + ", candidates " + candidates
                    + ", shown " + shown.values());
        }
    }
}
