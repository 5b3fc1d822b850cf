package io.github.pgpubsub.history;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The judge's verdict on a run.
 *
 * @param violations empty if all promises were kept
 * @param figures    counts, for people
 */
public record Verdict(List<Violation> violations, List<String> figures) {

    /** Number of violations of each broken rule, by rule name. */
    public Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        violations.forEach(each -> counts.merge(each.rule(), 1, Integer::sum));
        return counts;
    }

    /** The counts, and of each broken rule the first violation: for the message of a failed test. */
    public String broken() {
        Map<String, String> first = new LinkedHashMap<>();
        violations.forEach(each -> first.putIfAbsent(each.rule(), each.text()));
        return counts() + " " + first.values();
    }

    /** The verdict on one line. */
    public String summary() {
        return String.join(", ", figures) + "; " + (violations.isEmpty() ? "nothing found" : "broken: " + counts());
    }

    @Override
    public String toString() {
        return summary() + violations.stream().filter(each -> !each.events().isEmpty())
                .map(each -> "\n" + each.rule() + ": " + each.text() + "\n  against: " + each.sentence() + "\n" + each.events())
                .collect(Collectors.joining());
    }
}
