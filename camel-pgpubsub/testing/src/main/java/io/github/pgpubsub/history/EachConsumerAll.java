package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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
        List<Long> lost = new ArrayList<>();
        missing.stream().asLongStream().filter(number -> listens(run, member, own, number, sender.sentAt(number)))
                .filter(number -> gaps.stream().noneMatch(gap -> covers(run, gap, own, number, sender.sentAt(number))))
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

    private static boolean covers(Run run, Event.Gap gap, List<Take> own, long number, long sentAt) {
        int slack = run.settings.concurrentConsumers() - 1;
        List<Take> earlier = own.stream().filter(take -> take.micros() < gap.micros()).toList();
        long after = earlier.stream().limit(Math.max(0, earlier.size() - slack)).mapToLong(Take::number).max().orElse(0);
        long before = own.stream().filter(take -> take.micros() >= gap.micros()).limit(slack + 1L).mapToLong(Take::number).max()
                .orElse(Long.MAX_VALUE);
        return after < number && number < before && sentAt < gap.micros();
    }
}
