package io.github.pgpubsub.history;

import java.util.List;

/**
 * A message that a leader has reported done is not begun in a later term, not even marked, and not by a member that returns
 * with an old queue. A leader has reported the messages that it had finished when it stopped in an orderly way, or long enough
 * before a disturbance.
 */
final class NothingReportedComesAgain implements Rule {

    @Override
    public String sentence() {
        return "Orderly stop: nothing twice. Killed while a standby is in step: only messages not reported done come again";
    }

    @Override
    public void judge(Run run, Findings findings) {
        for (List<Take> takes : run.takesOf.values()) {
            for (int i = 1; i < takes.size(); i++) {
                Take again = takes.get(i);
                takes.subList(0, i).stream().filter(first -> first.term != again.term && isReported(run, first, again))
                        .findFirst()
                        .ifPresent(first -> findings.add(again.micros(), again.message(),
                                again + ", although " + first.member() + " had finished and reported it"));
            }
        }
    }

    private static boolean isReported(Run run, Take first, Take again) {
        if (first.end == null || first.end.micros() > again.micros()) {
            return false;
        }
        long ended = first.end.micros();
        long disturbed = run.nextDisturbance(first.member(), ended);
        List<Event.Happening> happenings = run.happenings(first.member());
        long stopped = happenings.stream().filter(each -> each.what() == What.STOPPED && each.micros() >= ended)
                .mapToLong(Event.Happening::micros).findFirst().orElse(Long.MAX_VALUE);
        if (stopped <= again.micros() && stopped < disturbed && !run.isDisturbed(first.member(), first.termBegan(), stopped)) {
            return true;
        }
        return Math.min(disturbed, again.micros()) - ended >= run.settings.reporting().toNanos() / 1000;
    }
}
