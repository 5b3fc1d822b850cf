package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A history, prepared for the rules. */
final class Run {

    /** A reported gap, and the term of the member that reported it. */
    record Told(Event.Gap gap, @Nullable Term term) {}

    final History history;
    final Settings settings;
    final Map<String, Sender> senders = new TreeMap<>();
    /** Ordered by time. */
    final List<Take> takes = new ArrayList<>();
    /** The takes of each message, ordered by term. */
    final Map<Numbered, List<Take>> takesOf = new LinkedHashMap<>();
    final List<Term> terms = new ArrayList<>();
    final List<Told> gaps = new ArrayList<>();
    final List<Disturbance> disturbances = new ArrayList<>();
    final List<Lives.Life> lives;
    /** A kill is written before it is carried out: the process may continue for this long. */
    private static final long KILLED_MICROS = 100_000;

    private final Map<String, Term> latest = new HashMap<>();
    /** Takes without an end so far, by member and message. */
    private final Map<String, Map<Numbered, Take>> open = new HashMap<>();
    private final Map<String, Event.Happening> ongoing = new HashMap<>();
    private final Map<String, List<Event.Happening>> happenings = new HashMap<>();

    Run(History history, Settings settings) {
        this.history = history;
        this.settings = settings;
        history.events().forEach(this::add);
        ongoing.values().forEach(event -> disturbances.add(
                new Disturbance(event.what(), event.member(), event.micros(), Long.MAX_VALUE)));
        senders.values().forEach(Sender::complete);
        takesOf.values().forEach(each -> each.sort(Comparator.comparingLong(Take::termBegan).thenComparingLong(Take::micros)));
        lives = Lives.of(history.events(), settings.joining().toNanos() / 1000);
    }

    private void add(Event event) {
        if (event instanceof Event.Sending sending) {
            sender(sending.sender()).add(sending);
        } else if (event instanceof Event.Begin begin) {
            Take take = new Take(begin, latest.get(begin.process()));
            takes.add(take);
            takesOf.computeIfAbsent(begin.message(), message -> new ArrayList<>(1)).add(take);
            sender(begin.message().sender()).add(take);
            open.computeIfAbsent(begin.process(), process -> new HashMap<>()).put(begin.message(), take);
        } else if (event instanceof Event.End end) {
            Take take = open.getOrDefault(end.process(), new HashMap<>()).remove(end.message());
            if (take != null) {
                take.end = end;
            }
        } else if (event instanceof Event.Gap gap) {
            gaps.add(new Told(gap, latest.get(gap.process())));
        } else if (event instanceof Event.Role role) {
            if (role.to().equals("LEADER")) {
                Term term = new Term(role.process(), role.micros());
                terms.add(term);
                Term before = latest.put(role.process(), term);
                if (before != null) {
                    before.until = role.micros();
                }
            }
        } else if (event instanceof Event.Happening happening) {
            add(happening);
        }
    }

    private void add(Event.Happening event) {
        happenings.computeIfAbsent(event.member(), member -> new ArrayList<>()).add(event);
        switch (event.what()) {
            case KILLING -> {
                disturbances.add(new Disturbance(event.what(), event.member(), event.micros(), event.micros() + KILLED_MICROS));
                settle(What.FREEZING, event);
                settle(What.DISTURBING, event);
            }
            case FREEZING, DISTURBING -> ongoing.put(event.what() + event.member(), event);
            case THAWING -> settle(What.FREEZING, event);
            case SETTLED -> settle(What.DISTURBING, event);
            default -> {}
        }
    }

    private void settle(What what, Event.Happening by) {
        Event.Happening began = ongoing.remove(what + by.member());
        if (began != null) {
            disturbances.add(new Disturbance(what, by.member(), began.micros(), by.micros()));
        }
    }

    private Sender sender(String name) {
        return senders.computeIfAbsent(name, Sender::new);
    }

    /** Whether any member was disturbed in this time. */
    boolean isDisturbed(long from, long to) {
        return disturbances.stream().anyMatch(each -> each.meets(from, to));
    }

    /** Whether this member was disturbed in this time. */
    boolean isDisturbed(String member, long from, long to) {
        return disturbances.stream().anyMatch(each -> each.concerns(member) && each.meets(from, to));
    }

    /** Time of this member's first disturbance at or after that time; Long.MAX_VALUE: never. */
    long nextDisturbance(String member, long from) {
        return disturbances.stream().filter(each -> each.concerns(member) && each.to() >= from)
                .mapToLong(each -> Math.max(from, each.from())).min().orElse(Long.MAX_VALUE);
    }

    /** The group's life at that time; null: no group existed. */
    Lives.@Nullable Life lifeAt(long micros) {
        return lives.stream().filter(life -> life.contains(micros)).findFirst().orElse(null);
    }

    /** The test's actions on this member, oldest first. */
    List<Event.Happening> happenings(String member) {
        return happenings.getOrDefault(member, List.of());
    }
}
