package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.List;

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
        return run.gaps.stream().filter(told -> run.settings.tellsOfLosses(told.gap()))
                .map(told -> cover(run, sender, told)).toList();
    }

    private static Cover cover(Run run, Sender sender, Run.Told told) {
        int consumers = run.settings.concurrentConsumers();
        int[] inHands = {consumers == 1 ? 0 : consumers};
        long toldAt = told.gap().micros();
        long after = sender.highestBefore(toldAt);
        long before = Long.MAX_VALUE;
        if (consumers > 1) {
            // Several give up order, and the one with the gap may pause: it covers one hole, the widest below what began about then.
            long widest = 0;
            for (Take take : sender.takes) {
                long below = sender.taken.previousSetBit((int) take.number() - 1);
                if (take.term == told.term() && Math.abs(take.micros() - toldAt) < ABOUT_MICROS
                        && take.number() - below > widest) {
                    widest = take.number() - below;
                    after = below;
                    before = take.number();
                }
            }
            return new Cover(told, after, before, inHands);
        }
        for (int i = sender.countBefore(toldAt); i < sender.takes.size(); i++) {
            Take take = sender.takes.get(i);
            if (take.term == told.term() && take.member().equals(told.gap().process())) {
                before = take.number();
                break;
            }
        }
        return new Cover(told, after, before, inHands);
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
