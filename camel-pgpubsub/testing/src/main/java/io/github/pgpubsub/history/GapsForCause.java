package io.github.pgpubsub.history;

/**
 * Where nothing but orderly changes have happened since the term before began, or just before that, and somebody was there all the
 * time, no gap is told; and none at all where a test says so.
 */
final class GapsForCause implements Rule {

    /** After a disturbance somebody may be on the way back for so long. */
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
                findings.add(gap.micros(), null, gap + " told by " + gap.process() + " although nothing had gone wrong");
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
