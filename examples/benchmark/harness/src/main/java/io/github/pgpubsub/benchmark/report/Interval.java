package io.github.pgpubsub.benchmark.report;

import java.util.Collection;
import java.util.List;

/**
 * The median of some rounds' values, and an interval around it from two of these values: the k-th smallest and the k-th largest. The true
 * median is outside only if fewer than k values lie on one side of it, and each lies there with probability ½; so the probability is a sum
 * of the binomial distribution, whatever the distribution of the values is. This holds if the rounds are independent of each other.
 *
 * @param rounds   number of values
 * @param coverage probability that such an interval contains the true median
 */
public record Interval(double low, double median, double high, int rounds, double coverage) {

    /** The wanted coverage. Fewer than six rounds can't reach it: the interval is then all they have, and its coverage less. */
    static final double WANTED = 0.95;

    static Interval of(Collection<Double> rounds) {
        List<Double> sorted = rounds.stream().sorted().toList();
        int size = sorted.size();
        int k = 1;
        while (2 * (k + 1) <= size && coverage(size, k + 1) >= WANTED) {
            k++;
        }
        return new Interval(sorted.get(k - 1), Spread.of(rounds).median(), sorted.get(size - k), size, coverage(size, k));
    }

    boolean isWide() {
        return coverage < WANTED;
    }

    /** The probability that at least k of so many values are below the true median, and at least k above. */
    static double coverage(int size, int k) {
        double outside = 0;
        double binomial = Math.pow(0.5, size);
        for (int i = 0; i < k; i++) {
            outside += binomial;
            binomial *= (size - i) / (i + 1.0);
        }
        return Math.max(0, 1 - 2 * outside);
    }
}
