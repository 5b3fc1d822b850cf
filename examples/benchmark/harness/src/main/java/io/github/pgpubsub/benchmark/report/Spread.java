package io.github.pgpubsub.benchmark.report;

import java.util.Collection;
import java.util.List;

/** A figure's values over the rounds. */
public record Spread(double min, double median, double max, List<Double> rounds) {

    static Spread of(Collection<Double> rounds) {
        List<Double> sorted = rounds.stream().sorted().toList();
        int size = sorted.size();
        double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
        return new Spread(sorted.get(0), median, sorted.get(size - 1), List.copyOf(rounds));
    }
}
