package io.github.pgpubsub.history;

import java.util.List;

/**
 * A message that a process had begun and not finished when it was killed or had stopped is begun again, or a gap is reported to a
 * successor before the successor begins later messages.
 */
final class WhatHasBegunEnds implements Rule {

    @Override
    public String sentence() {
        return "Killed while a standby is in step: messages that the leader had not reported done come again, marked";
    }

    @Override
    public void judge(Run run, Findings findings) {
        int unfinished = 0;
        for (Take take : run.takes) {
            if (take.end == null) {
                long ended = endOf(run, take);
                if (ended != Long.MAX_VALUE) {
                    unfinished++;
                    judge(run, take, ended, findings);
                }
            }
        }
        findings.figure("begun and not ended " + unfinished);
    }

    /** Time when the process that took the message was killed or had stopped; Long.MAX_VALUE: it is running. */
    private static long endOf(Run run, Take take) {
        return run.happenings(take.member()).stream().filter(each -> each.micros() >= take.micros())
                .filter(each -> each.what() == What.KILLING || each.what() == What.STOPPED)
                .mapToLong(Event.Happening::micros).findFirst().orElse(Long.MAX_VALUE);
    }

    private static void judge(Run run, Take take, long ended, Findings findings) {
        List<Take> all = run.takesOf.get(take.message());
        assert all != null;
        if (all.stream().anyMatch(other -> other != take && (other.micros() > take.micros() || other.end != null))) {
            return;
        }
        Sender sender = run.senders.get(take.message().sender());
        assert sender != null;
        // The first later message that a successor has begun.
        long wentOn = sender.takes.stream().skip(sender.countBefore(ended))
                .filter(other -> other.termBegan() > take.termBegan() && other.number() > take.number())
                .mapToLong(Take::micros).findFirst().orElse(Long.MAX_VALUE);
        Lives.Life life = run.lifeAt(take.micros());
        boolean nobodyWasLeft = life == null || life.to() < wentOn;
        boolean told = run.gaps.stream().anyMatch(each -> run.settings.tellsOfLosses(each.gap()) && each.gap().micros() > ended
                && each.gap().micros() <= wentOn);
        if (wentOn != Long.MAX_VALUE && !nobodyWasLeft && !told) {
            findings.add(ended, take.message(), take + " was never finished, and successors continued without it");
        }
    }
}
