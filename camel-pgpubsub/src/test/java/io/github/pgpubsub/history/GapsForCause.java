package io.github.pgpubsub.history;

/** While nothing but orderly changes have happened, no gap is told; and none at all where a test says so. */
final class GapsForCause implements Rule {

    @Override
    public String sentence() {
        return "Orderly stop: nothing lost. reconnect: [a gap] after any time in which messages may have been missed";
    }

    @Override
    public void judge(Run run, Findings findings) {
        for (Run.Told told : run.gaps) {
            Event.Gap gap = told.gap();
            if (run.settings.tellsOfLosses(gap)
                    && (run.settings.gapless() || !run.isDisturbed(Long.MIN_VALUE, gap.micros()))) {
                findings.add(gap.micros(), null, gap + " told by " + gap.process() + " although nothing was missed");
            }
        }
    }
}
