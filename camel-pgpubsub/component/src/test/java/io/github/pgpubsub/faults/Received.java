package io.github.pgpubsub.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Compares the messages that a group's nodes have begun with the sent ones, for figures only; the judge decides about right and
 * wrong.
 */
final class Received {

    /** The messages that one node began in one term, in order. */
    record Term(String node, int number, List<Start> starts) {

        long first() {
            return starts.get(0).micros();
        }

        long last() {
            return starts.get(starts.size() - 1).micros();
        }
    }

    private final List<Start> starts;

    Received(List<Node> nodes) {
        starts = nodes.stream().flatMap(node -> node.starts().stream())
                .sorted(Comparator.comparingLong(Start::micros)).toList();
    }

    /** Messages that were sent and that no node began. */
    List<Long> lost(long sent) {
        boolean[] came = new boolean[Math.toIntExact(sent) + 1];
        starts.forEach(start -> came[(int) start.number()] = true);
        return LongStream.rangeClosed(1, sent).filter(number -> !came[(int) number]).boxed().toList();
    }

    /**
     * Messages that were begun again, in a later term or the same one. (A frozen leader may begin its last messages after its
     * successor.)
     */
    List<Start> twice() {
        List<Start> again = new ArrayList<>();
        Map<Long, Start> seen = new HashMap<>();
        for (Term term : terms()) {
            for (Start start : term.starts()) {
                if (seen.putIfAbsent(start.number(), start) != null) {
                    again.add(start);
                }
            }
        }
        return again;
    }

    /** Messages that were begun again without a mark. */
    List<Start> twiceUnmarked() {
        return twice().stream().filter(start -> !start.redelivered()).toList();
    }

    /** Ordered by begin. */
    List<Term> terms() {
        Map<String, List<Start>> byTerm = starts.stream()
                .collect(Collectors.groupingBy(start -> start.node() + "/" + start.term(), LinkedHashMap::new,
                        Collectors.toList()));
        return byTerm.values().stream().map(of -> new Term(of.get(0).node(), of.get(0).term(), of)).toList();
    }

    /** Microseconds between the last message of each term and the first message of the next. */
    List<Long> silences() {
        List<Term> terms = terms();
        List<Long> silences = new ArrayList<>();
        for (int i = 1; i < terms.size(); i++) {
            silences.add(terms.get(i).first() - terms.get(i - 1).last());
        }
        return silences;
    }
}
