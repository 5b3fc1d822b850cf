package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every message committed while the group existed is begun by a member, or lies in a gap that was reported. A gap covers only the
 * numbers between the last number that any member had begun before the gap and the first number that the reporting member began
 * after it, and no message that was sent after the report.
 */
final class NothingLostUntold implements Rule {

    /** What several threads write down within this time may have happened in another order. */
    static final long ABOUT_MICROS = 2_000_000;

    /**
     * The numbers of one sender that a gap covers, from {@code after} to {@code before}, both exclusive.
     *
     * @param inHands remaining number of other messages that the gap covers: those that threads had taken and not begun when
     *                their process ended
     */
    // The array is a counter that is decremented.
    @SuppressWarnings("ArrayRecordComponent")
    private record Cover(Run.Told told, long after, long before, int[] inHands) {

        boolean covers(long number, long sentAt) {
            return after < number && number < before && sentAt < told.gap().micros();
        }
    }

    @Override
    public String sentence() {
        return "Orderly stop: nothing lost. Killed while a standby is in step: nothing lost. A consumer misses what is sent while it is"
                + " disconnected; the gap is counted, logged, and delivered with gapMarker";
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
        findings.figure("lost without a group " + gone);
        findings.figure("lost and reported " + told);
        findings.figure("lost unreported " + untold);
    }

    private static void report(Sender sender, List<Long> lost, Findings findings) {
        for (int first = 0, next = 1; next <= lost.size(); next++) {
            if (next == lost.size() || lost.get(next) != lost.get(next - 1) + 1) {
                Numbered message = new Numbered(sender.name, lost.get(first));
                findings.add(sender.sentAt(lost.get(first)), message, (next - first) + " lost unreported: " + message + " to "
                        + lost.get(next - 1));
                first = next;
            }
        }
    }

    /** False for messages that the last member of a group had not begun when it ended: no member is left to report them. */
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
     * Several threads give up the order, and the thread that reports the gap may pause. So a gap covers one hole below a number
     * that its term began at about that time. If the term reported several gaps then, they cover the same number of holes, the
     * widest ones.
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
     * Whether one of several threads had taken this message when the process was killed, while other threads had begun later
     * messages. The following gap covers such a message too.
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
