package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was committed while the group was there is begun by somebody, or lies in a gap that was told. A gap excuses only what it
 * covers: between the last number that anybody had begun before it and the next one that the same member began after it, and
 * nothing that was sent after it was told.
 */
final class NothingLostUntold implements Rule {

    private static final long ABOUT_MICROS = 2_000_000;

    /**
     * What a gap covers of one sender's numbers, without the ends.
     *
     * @param inHands how many more it may excuse: what threads had taken and not begun when their process ended
     */
    // Counted down.
    @SuppressWarnings("ArrayRecordComponent")
    private record Cover(Run.Told told, long after, long before, int[] inHands) {

        boolean covers(long number, long sentAt) {
            return after < number && number < before && sentAt < told.gap().micros();
        }
    }

    @Override
    public String sentence() {
        return "Orderly stop: nothing lost. Killed while a standby is in step: nothing lost. What is sent while one is disconnected"
                + " it does not get; the gap is counted, logged, and delivered with gapMarker";
    }

    @Override
    public void judge(Run run, Findings findings) {
        int gone = 0;
        int told = 0;
        int untold = 0;
        for (Sender sender : run.senders.values()) {
            List<Cover> covers = covers(run, sender);
            List<Long> lost = new ArrayList<>();
            for (long number : sender.missing()) {
                long sentAt = sender.sentAt(number);
                if (!somebodyHadToTake(run, sender, number, sentAt)) {
                    gone++;
                } else if (covers.stream().anyMatch(cover -> cover.covers(number, sentAt))
                        || wasInHands(run, covers, number, sentAt)) {
                    told++;
                } else {
                    lost.add(number);
                }
            }
            untold += lost.size();
            report(sender, lost, findings);
        }
        findings.figure("lost while nobody was there " + gone);
        findings.figure("lost and told " + told);
        findings.figure("lost untold " + untold);
    }

    private static void report(Sender sender, List<Long> lost, Findings findings) {
        for (int first = 0, next = 1; next <= lost.size(); next++) {
            if (next == lost.size() || lost.get(next) != lost.get(next - 1) + 1) {
                Numbered message = new Numbered(sender.name, lost.get(first));
                findings.add(sender.sentAt(lost.get(first)), message, (next - first) + " lost untold: " + message + " to "
                        + lost.get(next - 1));
                first = next;
            }
        }
    }

    /** What the last one of a group had not begun when it ended is gone with it: nobody is left to tell. */
    private static boolean somebodyHadToTake(Run run, Sender sender, long number, long sentAt) {
        Lives.Life life = run.lifeAt(sentAt);
        return life != null && (life.to() == Long.MAX_VALUE || number < sender.highestBefore(life.to()));
    }

    private static List<Cover> covers(Run run, Sender sender) {
        List<Run.Told> losses = run.gaps.stream().filter(told -> run.settings.tellsOfLosses(told.gap())).toList();
        int consumers = run.settings.concurrentConsumers();
        return losses.stream().flatMap(told -> consumers == 1
                ? Stream.of(inOrder(sender, told))
                : amongSeveral(sender, told, losses, consumers)).toList();
    }

    private static Cover inOrder(Sender sender, Run.Told told) {
        long toldAt = told.gap().micros();
        long before = Long.MAX_VALUE;
        for (int i = sender.countBefore(toldAt); i < sender.takes.size(); i++) {
            Take take = sender.takes.get(i);
            if (take.term == told.term() && take.member().equals(told.gap().process())) {
                before = take.number();
                break;
            }
        }
        return new Cover(told, sender.highestBefore(toldAt), before, new int[1]);
    }

    /**
     * Several threads give up order, and the one with the gap may pause. So a gap covers one hole below what its term began about
     * then, and as many gaps as the term told about then cover as many holes: the widest ones.
     */
    private static Stream<Cover> amongSeveral(Sender sender, Run.Told told, List<Run.Told> losses, int consumers) {
        long gaps = losses.stream().filter(other -> other.term() == told.term() && isNear(told, other.gap())).count();
        int[] inHands = {consumers};
        List<Cover> holes = sender.takes.stream()
                .filter(take -> take.term == told.term() && isNear(told, take.begin) && sender.below(take) < take.number() - 1)
                .map(take -> new Cover(told, sender.below(take), take.number(), inHands))
                .sorted(Comparator.comparingLong(hole -> hole.after() - hole.before())).limit(gaps).toList();
        return holes.size() == gaps
                ? holes.stream()
                : Stream.concat(holes.stream(), Stream.of(
                        new Cover(told, sender.highestBefore(told.gap().micros()), Long.MAX_VALUE, inHands)));
    }

    private static boolean isNear(Run.Told told, Event event) {
        return Math.abs(event.micros() - told.gap().micros()) < ABOUT_MICROS;
    }

    /**
     * A thread of several had taken it, and others had begun later ones, when the process was killed: the gap that follows
     * tells of that too.
     */
    private static boolean wasInHands(Run run, List<Cover> covers, long number, long sentAt) {
        for (Cover cover : covers) {
            long toldAt = cover.told().gap().micros();
            if (cover.inHands()[0] > 0 && number < cover.after() && sentAt < toldAt && run.disturbances.stream()
                    .anyMatch(each -> each.what() == What.KILLING && each.from() > sentAt && each.from() < toldAt)) {
                cover.inHands()[0]--;
                return true;
            }
        }
        return false;
    }
}
