package io.github.pgpubsub.internal.election.exploration;

import io.github.pgpubsub.internal.election.LeadOptions;
import io.github.pgpubsub.internal.election.exploration.Choice.Kind;
import io.github.pgpubsub.internal.election.simulation.Break;
import io.github.pgpubsub.internal.election.simulation.SimulatedServer;
import io.github.pgpubsub.status.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One state: the server, the members, the remaining script, and the fate of the messages. Knows what can happen next, executes
 * it, and judges the state afterwards.
 */
final class World {

    /** Time passes by this much: longer than any short timer (grace, news, questions, acquireInterval). */
    static final long UNIT = Duration.ofSeconds(1).toNanos();
    /**
     * A lease ends after 2 units, a sign of life comes each unit, a challenge after 4. A free lock is taken after 4. A unit is a multiple of
     * the parts of the signs' interval (Reports.isSignDue), so that nothing depends on the time as such.
     */
    static final LeadOptions OPTIONS = new LeadOptions(Duration.ofMillis(500), Duration.ofSeconds(3), 100);
    /** Longer than any recovery from a lost leader or standby. */
    private static final int CALM_UNITS = 16;
    private static final int WRITER = 8;

    final SimulatedServer server = new SimulatedServer();
    final Verdict verdict = new Verdict();
    final Break broken;
    final List<ExploredMember> members = new ArrayList<>();
    long now = 1000 * UNIT;
    private final List<Choice> script = new ArrayList<>();
    private int messagesLeft;
    /** Log of the events, for people; null: not wanted. */
    List<String> log;

    /** A world without members. */
    World(int size, Break broken) {
        this.broken = broken;
        for (int i = 0; i < size; i++) {
            members.add(new ExploredMember(this, i));
        }
    }

    /** A world in which one member leads, one stands by in step, and the others are cold. They joined one after the other. */
    static World settled(int size, Break broken) {
        World world = new World(size, broken);
        for (int i = 0; i < size; i++) {
            world.take(new Choice(i, Kind.CONNECT));
            world.calm(4);
        }
        // Runs until no timer depends on this beginning.
        world.calm(6);
        Verdict.expect(world.members.get(0).leadership.isInStep() && world.members.get(1).leadership.isInStep(), "not in step");
        return world;
    }

    /** A world in which all members connect at once. */
    static World atOnce(int size, Break broken) {
        World world = new World(size, broken);
        for (int i = 0; i < size; i++) {
            world.take(new Choice(i, Kind.CONNECT));
        }
        return world;
    }

    /**
     * From here on these faults may happen, each once or never, in any order, at any moment.
     *
     * @param sent  messages that no member has read yet
     * @param later further messages, sent at any moment or never
     */
    World with(int sent, int later, List<Choice> faults) {
        for (int i = 0; i < sent; i++) {
            server.publish(WRITER, now);
        }
        messagesLeft = later;
        script.addAll(faults);
        return this;
    }

    // ---- what can happen

    /**
     * The possible next steps. A step within one member that no other member can observe is taken at once: its order does not
     * matter.
     */
    List<Choice> choices() {
        List<Choice> all = new ArrayList<>();
        for (ExploredMember member : members) {
            Kind inside = inside(member);
            if (inside != null && isUnseen(member, inside)) {
                all.add(new Choice(member.index, inside));
                script.stream().filter(fault -> fault.member() == member.index && fault.kind() != Kind.DIE && isPossible(fault))
                        .forEach(all::add);
                add(all, member, Kind.BEGIN, member.canBegin());
                add(all, member, Kind.COMPLETE, member.canComplete());
                return all;
            }
        }
        boolean quiet = true;
        for (ExploredMember member : members) {
            add(all, member, Kind.ANSWER, member.hasAnswer());
            add(all, member, Kind.EXECUTE, member.hasRequest());
            add(all, member, Kind.DRAINED, member.isDrained() && !member.hasRequest());
            add(all, member, Kind.READ, member.hasUnread() && !(member.isDrained() && !member.hasRequest()));
            add(all, member, Kind.NOTICE, member.runs() && member.isLost());
            add(all, member, Kind.CONNECT, isAway(member));
            add(all, member, Kind.TICK, member.runs() && member.tickDue && member.connected && !member.isLost());
            add(all, member, Kind.BEGIN, member.canBegin());
            add(all, member, Kind.COMPLETE, member.canComplete());
            add(all, member, Kind.THAW, member.alive && member.frozen);
            quiet &= member.isQuiet() && !member.canBegin();
        }
        add(all, null, Kind.PUBLISH, messagesLeft > 0);
        add(all, null, Kind.TIME, quiet);
        script.stream().filter(this::isPossible).forEach(all::add);
        return all;
    }

    /** The next step if it is the only one; null: there is a choice, or time passes. */
    Choice only() {
        List<Choice> choices = choices();
        return choices.size() == 1 && choices.get(0).kind() != Kind.TIME ? choices.get(0) : null;
    }

    private static void add(List<Choice> all, ExploredMember member, Kind kind, boolean possible) {
        if (possible) {
            all.add(new Choice(member == null ? -1 : member.index, kind));
        }
    }

    /** This member's next step, if no other member can observe it; null: there is a choice. */
    private static Kind inside(ExploredMember member) {
        if (member.hasAnswer()) {
            return Kind.ANSWER;
        } else if (member.hasRequest() || member.tickDue) {
            return null;
        }
        return member.isDrained() ? Kind.DRAINED : member.hasUnread() ? Kind.READ : null;
    }

    /** A step that takes away the right to begin messages is observable by the rule for two leaders, so others may come first. */
    private boolean isUnseen(ExploredMember member, Kind inside) {
        if (!member.mayBegin()) {
            return true;
        }
        World trial = Fields.copy(this);
        try {
            trial.take(new Choice(member.index, inside));
            return trial.members.get(member.index).mayBegin();
        } catch (Violation e) {
            return false;
        }
    }

    private static boolean isAway(ExploredMember member) {
        return member.runs() && member.hasCome() && !member.connected;
    }

    private boolean isPossible(Choice fault) {
        ExploredMember member = members.get(fault.member());
        return switch (fault.kind()) {
            case STOP -> member.runs() && !member.hasAnswer();
            case LOSE -> member.runs() && member.connected && !member.isLost();
            case FREEZE -> member.runs();
            default -> !member.isGone();
        };
    }

    /** Nothing is left to do at this moment. */
    boolean isQuiet() {
        return members.stream().allMatch(ExploredMember::isQuiet);
    }

    // ---- execution

    void take(Choice choice) {
        int line = log == null ? 0 : log.size();
        Object about = switch (choice.kind()) {
            case TIME -> {
                now += UNIT;
                members.forEach(member -> member.tickDue = true);
                members.stream().filter(ExploredMember::runs).forEach(ExploredMember::tick);
                yield now / UNIT - 1000 + " s";
            }
            case PUBLISH -> {
                messagesLeft--;
                yield "message " + server.publish(WRITER, now);
            }
            default -> members.get(choice.member()).take(choice.kind());
        };
        script.remove(choice);
        if (log != null) {
            log.add(line, choice + " " + (about instanceof SimulatedServer.Note note ? note.sender() + ": "
                    + (note.control() == null ? "message " + note.number() : note.control()) : about));
        }
        List<ExploredMember> beginning = members.stream().filter(ExploredMember::mayBegin).toList();
        Verdict.expect(beginning.size() < 2, "two may begin messages at once: " + beginning);
    }

    /** Runs for this long without faults or delays: always the first of the possible steps happens. */
    private void calm(int units) {
        for (int unit = 0; unit < units;) {
            Choice next = choices().stream().filter(choice -> !choice.kind().isFault()).findFirst().orElseThrow();
            unit += next.kind() == Kind.TIME ? 1 : 0;
            take(next);
        }
    }

    /**
     * Without further faults, a member leads in the end, and all messages have been processed or reported as missing.
     *
     * @param known states for which this is already known
     */
    void settle(Set<Fingerprint> known) {
        script.clear();
        messagesLeft = 0;
        Set<Fingerprint> passed = new HashSet<>();
        for (int unit = 0; unit < CALM_UNITS && passed.add(Fingerprint.of(this)); unit++) {
            calm(1);
            if (known.contains(Fingerprint.of(this))) {
                known.addAll(passed);
                return;
            }
        }
        messagesLeft = 1;
        calm(2);
        List<ExploredMember> there = members.stream().filter(member -> !member.isGone()).toList();
        there.forEach(member -> Verdict.expect(!member.stopWanted, member + " does not come to its end"));
        if (!there.isEmpty()) {
            long leaders = there.stream().filter(member -> member.leadership.role() == Role.LEADER).count();
            Verdict.expect(leaders == 1, leaders + " lead in the end");
            for (long number = 0; number < server.published(); number++) {
                Verdict.expect(verdict.isSettled(number), "message " + number + " is lost in the end and nobody is told");
            }
        }
        known.addAll(passed);
    }
}
