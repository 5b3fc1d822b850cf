package io.github.pgpubsub.internal.election.exploration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Explores all states that can follow from a world, breadth first, so that a broken rule is found with the fewest steps. */
final class Exploration {

    /** How a state was first reached: by one choice, and then by steps without an alternative. */
    private record Origin(Fingerprint before, List<Choice> steps) {}

    private record Open(World world, Fingerprint print) {}

    private final World start;
    private final int most;
    private final Map<Fingerprint, Origin> origins = new HashMap<>();
    private final Set<Fingerprint> settled = new HashSet<>();
    private long transitions;
    private int depth;
    private boolean whole;

    /** @param most maximum number of states */
    Exploration(World start, int most) {
        this.start = start;
        this.most = most;
    }

    /** @throws AssertionError when a rule is broken; the message lists the steps */
    Exploration run() {
        Deque<Open> level = new ArrayDeque<>();
        Fingerprint first = Fingerprint.of(start);
        origins.put(first, new Origin(null, null));
        level.add(new Open(Fields.copy(start), first));
        for (; !level.isEmpty() && origins.size() < most; depth++) {
            Deque<Open> below = new ArrayDeque<>();
            while (!level.isEmpty() && origins.size() < most) {
                expand(level.remove(), below);
            }
            if (level.isEmpty()) {
                level = below;
            }
        }
        whole = level.isEmpty();
        return this;
    }

    private void expand(Open open, Deque<Open> below) {
        List<Choice> choices = open.world.choices();
        for (int i = 0; i < choices.size(); i++) {
            Choice choice = choices.get(i);
            // The last choice can use the state itself instead of a copy.
            World next = i == choices.size() - 1 ? open.world : Fields.copy(open.world);
            transitions++;
            List<Choice> steps = new ArrayList<>(2);
            try {
                for (Choice step = choice; step != null; step = next.only()) {
                    steps.add(step);
                    next.take(step);
                }
            } catch (RuntimeException e) {
                throw found(e, open.print, steps, false);
            }
            Fingerprint print = Fingerprint.of(next);
            if (origins.putIfAbsent(print, new Origin(open.print, List.copyOf(steps))) == null) {
                if (choice.kind() == Choice.Kind.TIME) {
                    settle(next, print);
                }
                below.add(new Open(next, print));
            }
        }
    }

    private void settle(World world, Fingerprint print) {
        try {
            Fields.copy(world).settle(settled);
        } catch (RuntimeException e) {
            throw found(e, print, List.of(), true);
        }
    }

    private AssertionError found(RuntimeException broken, Fingerprint state, List<Choice> last, boolean settles) {
        List<Choice> steps = new ArrayList<>(last);
        for (Origin origin = origins.get(state); origin.before != null; origin = origins.get(origin.before)) {
            steps.addAll(0, origin.steps);
        }
        World again = Fields.copy(start);
        again.log = new ArrayList<>();
        try {
            steps.forEach(again::take);
            if (settles) {
                again.log.add("nothing goes wrong any more");
                again.settle(new HashSet<>());
            }
        } catch (RuntimeException e) {
            // This is the violation that is reported.
        }
        return new AssertionError(broken.getMessage() + ", after " + steps.size() + " steps, among " + origins.size()
                + " states:\n" + String.join("\n", again.log), broken);
    }

    /** Whether all possible states were explored, and not only the allowed number. */
    boolean isWhole() {
        return whole;
    }

    @Override
    public String toString() {
        return origins.size() + " states, " + transitions + " transitions, depth " + depth + (whole ? ", whole" : ", not whole");
    }
}
