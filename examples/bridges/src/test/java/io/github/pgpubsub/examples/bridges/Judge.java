package io.github.pgpubsub.examples.bridges;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what arrived at the end of a bridge with what docs/guarantees.md promises. It knows nothing but the recorded arrivals. */
final class Judge {

    /** What the judge found: {@code violations} is empty if all is well. */
    record Verdict(List<String> violations, String figures) {}

    private final String place;
    private final List<Arrival> arrivals;
    private final long sent;
    private final List<String> violations = new ArrayList<>();

    private Judge(String place, List<Arrival> arrivals, long sent) {
        this.place = place;
        this.arrivals = arrivals;
        this.sent = sent;
    }

    /**
     * @param arrivals   in the order of their arrival
     * @param sent       orders 1 to this one were written
     * @param kept       nothing may be lost; otherwise each loss must be told by a gap at its place
     * @param withHeader whether a message id can be carried on to this place
     * @param ordered    whether the broker keeps the order
     */
    static Verdict judge(String place, List<Arrival> arrivals, long sent, boolean kept, boolean withHeader, boolean ordered,
            Outages outages) {
        Judge judge = new Judge(place, arrivals, sent);
        judge.nothingStrange();
        if (kept) {
            judge.nothingLost();
        } else {
            judge.lossesAreTold();
        }
        if (ordered) {
            judge.inOrder();
        }
        if (withHeader) {
            judge.oneIdForEach();
            judge.twiceOnlyMarked(outages);
        }
        return new Verdict(judge.violations, judge.figures());
    }

    private void nothingStrange() {
        for (Arrival each : arrivals) {
            if (!each.isGap() && (each.number() < 1 || each.number() > sent)) {
                broken("was never sent", each);
            }
        }
    }

    private void nothingLost() {
        Set<Long> there = numbers();
        for (long number = 1; number <= sent; number++) {
            if (!there.contains(number)) {
                violations.add(place + ": order " + number + " is lost");
            }
        }
    }

    /** Where a number is left out, a gap has come since the highest number before. */
    private void lossesAreTold() {
        long highest = 0;
        boolean gapSince = false;
        Set<Long> there = numbers();
        for (Arrival each : arrivals) {
            if (each.isGap()) {
                gapSince = true;
            } else if (each.number() > highest) {
                for (long missed = highest + 1; missed < each.number(); missed++) {
                    if (!gapSince && !there.contains(missed)) {
                        violations.add(place + ": the loss of order " + missed + " is not told");
                    }
                }
                highest = each.number();
                gapSince = false;
            }
        }
        if (highest != sent) {
            violations.add(place + ": the last order that came is " + highest);
        }
    }

    /** Repetitions may step back; an order that comes for the first time is higher than all before. */
    private void inOrder() {
        long highest = 0;
        Set<Long> seen = new HashSet<>();
        for (Arrival each : arrivals) {
            if (!each.isGap() && seen.add(each.number()) && each.number() < highest) {
                broken("came after " + highest, each);
            }
            highest = Math.max(highest, each.number());
        }
    }

    private void oneIdForEach() {
        Map<Long, String> ids = new HashMap<>();
        Map<String, Long> owners = new HashMap<>();
        for (Arrival each : arrivals) {
            if (each.isGap()) {
                continue;
            }
            if (each.id() == null) {
                broken("has no id", each);
            } else if (!ids.computeIfAbsent(each.number(), number -> each.id()).equals(each.id())) {
                broken("had the id " + ids.get(each.number()) + " before", each);
            } else if (owners.computeIfAbsent(each.id(), id -> each.number()) != each.number()) {
                broken("has the id of order " + owners.get(each.id()), each);
            }
        }
    }

    /**
     * A client that gets no answer from its broker may send again by itself; only then a repetition has no mark. On the way back the broker
     * repeats what a killed reader has not committed, without a mark: there the id alone tells.
     */
    private void twiceOnlyMarked(Outages outages) {
        if (place.startsWith("from-")) {
            return;
        }
        Set<Long> seen = new HashSet<>();
        for (Arrival each : arrivals) {
            if (!each.isGap() && !seen.add(each.number()) && !each.redelivered() && !outages.near(each.millis())) {
                broken("came again without a mark", each);
            }
        }
    }

    private Set<Long> numbers() {
        Set<Long> numbers = new HashSet<>();
        arrivals.stream().filter(each -> !each.isGap()).forEach(each -> numbers.add(each.number()));
        return numbers;
    }

    private String figures() {
        long orders = arrivals.stream().filter(each -> !each.isGap()).count();
        return "%s: %d of %d arrived, %d lost, %d repeats, %d marked, %d gaps".formatted(place, numbers().size(), sent,
                sent - numbers().size(), orders - numbers().size(), arrivals.stream().filter(Arrival::redelivered).count(),
                arrivals.size() - orders);
    }

    private void broken(String what, Arrival arrival) {
        violations.add(place + ": " + arrival + " " + what);
    }
}
