package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects the violations of each rule, with the events around them. */
final class Findings {

    /** Maximum violations per rule that are shown with events; all are counted. */
    private static final int SHOWN = 3;
    private static final int EVENTS_BEFORE = 14;
    private static final int EVENTS_AFTER = 8;
    private static final int EVENTS_OF_MESSAGE = 12;

    private final Run run;
    private final List<Violation> violations = new ArrayList<>();
    private final List<String> figures = new ArrayList<>();
    private @Nullable Rule rule;
    private int count;

    Findings(Run run) {
        this.run = run;
    }

    void judge(Rule next) {
        rule = next;
        count = 0;
        next.judge(run, this);
    }

    /**
     * Adds a violation of the current rule.
     *
     * @param micros  time of the violation in the history
     * @param message a message whose events are shown as well; null: none
     */
    void add(long micros, @Nullable Numbered message, String text) {
        assert rule != null;
        count++;
        violations.add(new Violation(rule.getClass().getSimpleName(), rule.sentence(), text, micros,
                count <= SHOWN ? around(micros, message) : ""));
    }

    /** Adds a figure to the verdict, which says nothing about right or wrong. */
    void figure(String text) {
        figures.add(text);
    }

    List<Violation> violations() {
        return violations;
    }

    List<String> figures() {
        return figures;
    }

    private String around(long micros, @Nullable Numbered message) {
        List<Event> turns = run.history.events().stream().filter(Findings::isTurn).toList();
        int next = 0;
        while (next < turns.size() && turns.get(next).micros() <= micros) {
            next++;
        }
        // A map, so that no event is shown twice.
        TreeMap<Integer, Event> shown = new TreeMap<>();
        List<Event> all = run.history.events();
        turns.subList(Math.max(0, next - EVENTS_BEFORE), Math.min(turns.size(), next + EVENTS_AFTER))
                .forEach(each -> shown.put(indexOf(all, each), each));
        if (message != null) {
            all.stream().filter(each -> concerns(each, message)).limit(EVENTS_OF_MESSAGE)
                    .forEach(each -> shown.put(indexOf(all, each), each));
        }
        return shown.values().stream().sorted(Comparator.comparingLong(Event::micros))
                .map(each -> "    " + seconds(each.micros()) + " " + each.process() + " " + each)
                .collect(Collectors.joining("\n"));
    }

    private static int indexOf(List<Event> all, Event event) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) == event) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isTurn(Event event) {
        return event instanceof Event.Role || event instanceof Event.Gap || event instanceof Event.Happening;
    }

    private static boolean concerns(Event event, Numbered message) {
        return (event instanceof Event.Begin begin && begin.message().equals(message))
                || (event instanceof Event.End end && end.message().equals(message))
                || (event instanceof Event.Sending sending && sending.sender().equals(message.sender())
                        && sending.first() <= message.number() && sending.last() >= message.number());
    }

    /** Seconds since the history's first event, with microseconds. */
    private String seconds(long micros) {
        return String.format(Locale.ROOT, "%.6f", (micros - run.history.events().get(0).micros()) / 1e6);
    }
}
