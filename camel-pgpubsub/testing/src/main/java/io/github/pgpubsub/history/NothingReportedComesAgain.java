package io.github.pgpubsub.history;

import java.util.List;

/**
 * What a leader had ended when it stopped in good order, or so long before anything happened to it that it must have reported it,
 * is not begun in any later term: not even marked, and not by one that comes back with an old queue.
 */
final class NothingReportedComesAgain implements Rule {

    @Override
    public String sentence() {
        return "Orderly stop: nothing twice. Killed while a standby is in step: what it had not reported done comes again";
    }

    @Override
    public void judge(Run run, Findings findings) {
        for (List<Take> takes : run.takesOf.values()) {
            for (int i = 1; i < takes.size(); i++) {
                Take again = takes.get(i);
                takes.subList(0, i).stream().filter(first -> first.term != again.term && isReported(run, first, again))
                        .findFirst()
                        .ifPresent(first -> findings.add(again.micros(), again.message(),
                                again + ", although " + first.member() + " had ended and reported it"));
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
