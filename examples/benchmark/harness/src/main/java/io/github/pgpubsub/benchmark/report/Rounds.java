package io.github.pgpubsub.benchmark.report;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;

/** A value for each round. Values of the same round were measured next to each other, so what slows the machine slows both. */
record Rounds(SortedMap<Integer, Double> values) {

    static final Rounds NONE = new Rounds(Collections.emptySortedMap());

    /** Rounds in which one of the two is missing are left out. */
    private Rounds with(Rounds other, DoubleBinaryOperator operator) {
        SortedMap<Integer, Double> combined = new TreeMap<>();
        values.forEach((round, value) -> {
            Double second = other.values.get(round);
            if (second != null) {
                combined.put(round, operator.applyAsDouble(value, second));
            }
        });
        return new Rounds(combined);
    }

    Rounds to(Rounds other) {
        return with(other, (mine, theirs) -> mine / theirs);
    }

    Rounds less(Rounds other) {
        return with(other, (mine, theirs) -> mine - theirs);
    }

    /** The geometric mean of several things' values, so that each counts alike. Only the rounds that have all of them. */
    static Rounds mean(List<Rounds> all) {
        Rounds product = all.stream().reduce((a, b) -> a.with(b, (x, y) -> x * y)).orElse(NONE);
        SortedMap<Integer, Double> roots = new TreeMap<>();
        product.values.forEach((round, value) -> roots.put(round, Math.pow(value, 1.0 / all.size())));
        return new Rounds(roots);
    }

    Optional<Interval> interval() {
        return values.isEmpty() ? Optional.empty() : Optional.of(Interval.of(values.values()));
    }

    double median() {
        return interval().map(Interval::median).orElse(Double.NaN);
    }
}
