package io.github.pgpubsub.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What all nodes of a group have begun, compared with what was sent, for figures; right and wrong are the judge's business. */
final class Received {

    /** What one node began while it led once, in its order. */
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

    /** Sent and not begun by anyone. */
    List<Long> lost(long sent) {
        boolean[] came = new boolean[Math.toIntExact(sent) + 1];
        starts.forEach(start -> came[(int) start.number()] = true);
        return LongStream.rangeClosed(1, sent).filter(number -> !came[(int) number]).boxed().toList();
    }

    /** Begun again, in a later term or the same one. (What a frozen leader had taken it may begin after its successor.) */
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

    /** Begun again without a mark. */
    List<Start> twiceUnmarked() {
        return twice().stream().filter(start -> !start.redelivered()).toList();
    }

    /** In the order of their beginning. */
    List<Term> terms() {
        Map<String, List<Start>> byTerm = starts.stream()
                .collect(Collectors.groupingBy(start -> start.node() + "/" + start.term(), LinkedHashMap::new,
                        Collectors.toList()));
        return byTerm.values().stream().map(of -> new Term(of.get(0).node(), of.get(0).term(), of)).toList();
    }

    /** Microseconds between the last start of each term and the first of the next. */
    List<Long> silences() {
        List<Term> terms = terms();
        List<Long> silences = new ArrayList<>();
        for (int i = 1; i < terms.size(); i++) {
            silences.add(terms.get(i).first() - terms.get(i - 1).last());
        }
        return silences;
    }
}
