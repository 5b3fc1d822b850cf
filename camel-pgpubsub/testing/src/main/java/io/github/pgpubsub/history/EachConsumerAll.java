package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Every message that was sent between a consumer's start and end, and that the consumer did not get, lies in a gap that was
 * reported to it: between the last number before the gap and the first number after it.
 */
final class EachConsumerAll implements Rule {

    @Override
    public String sentence() {
        return "singleListener=false: each message once to every connected consumer. A consumer misses what is sent while it is"
                + " disconnected; the gap is counted, logged, and delivered with gapMarker";
    }

    @Override
    public void judge(Run run, Findings findings) {
        Set<String> members = new TreeSet<>();
        run.history.all(Event.Happening.class).stream().filter(each -> each.what() == What.STARTED)
                .forEach(each -> members.add(each.member()));
        int untold = 0;
        for (String member : members) {
            for (Sender sender : run.senders.values()) {
                untold += judge(run, member, sender, findings);
            }
        }
        findings.figure("consumers " + members.size());
        findings.figure("lost unreported " + untold);
    }

    private static int judge(Run run, String member, Sender sender, Findings findings) {
        List<Take> own = sender.takes.stream().filter(take -> take.member().equals(member)).toList();
        List<Event.Gap> gaps = run.gaps.stream().map(Run.Told::gap).filter(gap -> gap.process().equals(member))
                .filter(run.settings::tellsOfLosses).toList();
        BitSet missing = (BitSet) sender.committed.clone();
        own.forEach(take -> missing.clear((int) take.number()));
        List<Hole> told = holes(own, gaps, run.settings.concurrentConsumers());
        List<Long> lost = new ArrayList<>();
        missing.stream().asLongStream().filter(number -> listens(run, member, own, number, sender.sentAt(number)))
                .filter(number -> told.stream().noneMatch(hole -> hole.contains(number, sender.sentAt(number))))
                .forEach(lost::add);
        if (!lost.isEmpty()) {
            Numbered first = new Numbered(sender.name, lost.get(0));
            findings.add(sender.sentAt(first.number()), first,
                    lost.size() + " lost unreported by " + member + ", the first " + first
                            + ", the last " + lost.get(lost.size() - 1));
        }
        return lost.size();
    }

    /** Whether the consumer must get this number: from its start on, but not the last numbers before its end. */
    private static boolean listens(Run run, String member, List<Take> own, long number, long sentAt) {
        long from = Long.MAX_VALUE;
        long to = Long.MAX_VALUE;
        for (Event.Happening each : run.happenings(member)) {
            if (each.micros() <= sentAt && each.what() == What.STARTED) {
                from = each.micros();
                to = Long.MAX_VALUE;
            } else if (to == Long.MAX_VALUE && (each.what() == What.KILLING || each.what() == What.STOPPING)) {
                to = each.micros();
            }
        }
        long end = to;
        long last = own.stream().filter(take -> take.micros() <= end).mapToLong(Take::number).max().orElse(0);
        return from <= sentAt && (to == Long.MAX_VALUE || (sentAt <= to && number < last));
    }

    /** The messages between two that the consumer took, as far as they were sent before the gap was reported. */
    private record Hole(long after, long before, Event.Gap gap) {

        boolean contains(long number, long sentAt) {
            return after < number && number < before && sentAt < gap.micros();
        }
    }

    private static List<Hole> holes(List<Take> own, List<Event.Gap> gaps, int consumers) {
        return gaps.stream().flatMap(gap -> consumers == 1
                ? Stream.of(inOrder(own, gap))
                : amongSeveral(own, gap, gaps).stream()).toList();
    }

    private static Hole inOrder(List<Take> own, Event.Gap gap) {
        return new Hole(own.stream().filter(take -> take.micros() < gap.micros()).mapToLong(Take::number).max().orElse(0),
                own.stream().filter(take -> take.micros() >= gap.micros()).mapToLong(Take::number).findFirst()
                        .orElse(Long.MAX_VALUE),
                gap);
    }

    /**
     * The thread that reports a gap may pause while other threads go on, so a gap covers one hole below a number that was taken at about
     * that time: the widest, or as many as gaps were reported then.
     */
    private static List<Hole> amongSeveral(List<Take> own, Event.Gap gap, List<Event.Gap> gaps) {
        long about = gaps.stream().filter(other -> isNear(gap, other.micros())).count();
        List<Hole> holes = new ArrayList<>();
        long after = 0;
        for (Take take : own.stream().sorted(Comparator.comparingLong(Take::number)).toList()) {
            if (after < take.number() - 1 && isNear(gap, take.micros())) {
                holes.add(new Hole(after, take.number(), gap));
            }
            after = take.number();
        }
        holes.sort(Comparator.comparingLong(hole -> hole.after - hole.before));
        if (holes.size() < about) {
            // The consumer has taken nothing since.
            holes.add(new Hole(after, Long.MAX_VALUE, gap));
        }
        return holes.stream().limit(about).toList();
    }

    private static boolean isNear(Event.Gap gap, long micros) {
        return Math.abs(micros - gap.micros()) < NothingLostUntold.ABOUT_MICROS;
    }
}
