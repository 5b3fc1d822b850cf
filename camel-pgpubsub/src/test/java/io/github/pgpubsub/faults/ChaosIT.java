package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Members of one group meet faults at random under a steady stream: {@code -Dchaos.seconds} says for how long and
 * {@code -Dchaos.seed} repeats the choices (not the processes' own timing).
 */
class ChaosIT {

    private static final int MEMBERS = 3;
    private static final int PER_SECOND = 1000;

    private enum Fault { ORDERLY_STOP, KILL, FREEZE, BACKEND_ENDED, STANDBY_KILLED }

    /** @param inStep whether a standby was in step */
    private record Event(Fault fault, Node leader, long micros, boolean inStep) {}

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final long seconds = Long.getLong("chaos.seconds", 40);
    private final long seed = Long.getLong("chaos.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Event> events = new ArrayList<>();
    private final Set<Node> frozen = new LinkedHashSet<>();
    /** A leader that was frozen, or whose backend was ended, may have taken one message that it begins after its successor. */
    private int suddenEnds;

    @Test
    void numbersThatWereSentAreNumbersThatCame() {
        System.out.println("chaos.seed=" + seed);
        try (Group group = new Group(postgres, "chaos", "leaderTimeout=1500&gapMarker=always")) {
            for (int i = 0; i < MEMBERS; i++) {
                group.launch().awaitStarted();
            }
            group.awaitStandbyInStep();
            long sent;
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
                while (System.nanoTime() < end) {
                    step(group);
                }
                thawAll();
                group.awaitNextStart(group.awaitLeader());
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            compare(group, sent);
            group.assertKept();
        }
    }

    private void step(Group group) {
        Node leader = group.awaitLeader();
        group.awaitNextStart(leader);
        // Mostly with a standby in step, sometimes as it comes.
        if (random.nextInt(10) > 0) {
            group.awaitStandbyInStep();
        }
        boolean inStep = group.all().stream().anyMatch(node -> !frozen.contains(node) && node.process().isAlive() && node.isStandbyInStep());
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        events.add(new Event(fault, leader, micros(), inStep));
        int terms = terms(group);
        switch (fault) {
            case ORDERLY_STOP -> {
                leader.end();
                group.launch();
            }
            case KILL -> {
                leader.kill();
                group.launch();
            }
            case FREEZE -> {
                suddenEnds++;
                leader.freeze();
                frozen.add(leader);
            }
            case BACKEND_ENDED -> {
                suddenEnds++;
                postgres.terminate(leader.backend());
            }
            case STANDBY_KILLED -> group.all().stream().filter(node -> node.process().isAlive() && node.isStandbyInStep())
                    .filter(node -> !frozen.contains(node)).findFirst().ifPresent(standby -> {
                        standby.kill();
                        group.launch().awaitStarted();
                    });
        }
        if (fault != Fault.STANDBY_KILLED) {
            group.awaitThat("somebody leads after " + fault, Node.SOON, () -> terms(group) > terms);
        }
        // Long after, when another has led for a while.
        if (fault != Fault.FREEZE || frozen.size() > 1) {
            thawAll();
        }
    }

    private void thawAll() {
        frozen.forEach(node -> node.thaw());
        frozen.clear();
    }

    private static int terms(Group group) {
        return group.all().stream().mapToInt(Node::terms).sum();
    }

    private void compare(Group group, long sent) {
        Received received = group.received();
        List<Received.Term> terms = received.terms();
        List<Long> afterStop = new ArrayList<>();
        List<Long> afterKill = new ArrayList<>();
        for (int i = 1; i < terms.size(); i++) {
            Received.Term before = terms.get(i - 1);
            long silence = terms.get(i).first() - before.last();
            Fault fault = lastOf(before, terms.get(i));
            if (fault == Fault.ORDERLY_STOP) {
                afterStop.add(silence);
            } else if (fault == Fault.KILL) {
                afterKill.add(silence);
            }
        }
        List<Long> lost = received.lost(sent);
        List<Start> twice = received.twice();
        long withoutStandby = events.stream().filter(event -> !event.inStep()).count();
        Figures.print("chaos: seed %d, %d s, faults %d (without a standby in step %d), members %d, sent %d, lost %d, gaps told %d,"
                + " twice %d, twice but marked %d, hand-overs %d, silence after an orderly stop: %s, after a kill: %s", seed, seconds,
                events.size(), withoutStandby, group.all().size(), sent, lost.size(), received.gaps().size() - 1, twice.size(),
                twice.size() - received.twiceUnmarked().size(), terms.size() - 1, Figures.medianAndMax(afterStop),
                Figures.medianAndMax(afterKill));
        System.out.println("lost " + Figures.ranges(lost) + ", twice " + Figures.ranges(twice.stream().map(Start::number).toList()));
        List<String> wrong = new ArrayList<>();
        // The first to lead tells one at its start. So does one that starts when nobody else is there any more.
        if (received.gaps().size() == 1 && !lost.isEmpty()) {
            wrong.add("lost, and no gap told: " + Figures.ranges(lost));
        }
        addIfAny(wrong, "twice, unmarked", received.twiceUnmarked());
        addIfAny(wrong, "confused ids", received.confusedIds());
        if (received.overlapping().size() > suddenEnds) {
            addIfAny(wrong, "begun after the successor's first", received.overlapping());
        }
        if (!wrong.isEmpty()) {
            System.out.println(group.story() + "\n" + events);
        }
        assertThat(wrong).isEmpty();
    }

    private static void addIfAny(List<String> wrong, String what, List<?> found) {
        if (!found.isEmpty()) {
            wrong.add(what + ": " + found.size() + ", first " + found.stream().limit(3).toList());
        }
    }

    /** What ended a term; null: it began none. */
    private Fault lastOf(Received.Term before, Received.Term after) {
        return events.stream().filter(event -> event.fault() != Fault.STANDBY_KILLED)
                .filter(event -> event.leader().name().equals(before.node()))
                .filter(event -> event.micros() >= before.first() && event.micros() < after.first())
                .reduce((first, last) -> last).map(Event::fault).orElse(null);
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
