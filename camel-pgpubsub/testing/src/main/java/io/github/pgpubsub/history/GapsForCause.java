package io.github.pgpubsub.history;

/**
 * No gap is reported if only orderly changes have happened since shortly before the previous term began, and the group existed
 * all the time. A test can also demand that no gap is reported at all.
 */
final class GapsForCause implements Rule {

    /** How long after a disturbance a member may still be reconnecting. */
    private static final long AFTERMATH_MICROS = 10_000_000;

    @Override
    public String sentence() {
        return "Orderly stop: nothing lost. reconnect: [a gap] after any time in which messages may have been missed";
    }

    @Override
    public void judge(Run run, Findings findings) {
        for (Run.Told told : run.gaps) {
            Event.Gap gap = told.gap();
            if (run.settings.tellsOfLosses(gap) && (run.settings.gapless() || !hasCause(run, told))) {
                findings.add(gap.micros(), null, gap + " reported by " + gap.process() + " without a cause");
            }
        }
    }

    private static boolean hasCause(Run run, Run.Told told) {
        long at = told.gap().micros();
        if (!run.settings.singleListener()) {
            return run.isDisturbed(told.gap().process(), Long.MIN_VALUE, at);
        }
        Term before = run.terms.stream().filter(term -> told.term() != null && term.began < told.term().began)
                .reduce((one, next) -> next).orElse(null);
        if (before == null) {
            return run.isDisturbed(Long.MIN_VALUE, at);
        }
        Lives.Life life = run.lifeAt(before.began);
        boolean nobodyWasThere = life == null || !life.contains(at);
        return nobodyWasThere || run.isDisturbed(before.began - AFTERMATH_MICROS, at);
    }
}
