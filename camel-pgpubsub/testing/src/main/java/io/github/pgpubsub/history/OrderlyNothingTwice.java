package io.github.pgpubsub.history;

import java.util.List;

/** If only orderly changes have happened since a message was first begun, it is not begun again, marked or not. */
final class OrderlyNothingTwice implements Rule {

    @Override
    public String sentence() {
        return "Orderly stop: nothing lost, nothing twice";
    }

    @Override
    public void judge(Run run, Findings findings) {
        for (List<Take> takes : run.takesOf.values()) {
            for (int i = 1; i < takes.size(); i++) {
                Take first = takes.get(i - 1);
                Take second = takes.get(i);
                if (!run.isDisturbed(first.termBegan(), second.micros()) && !isUnfinished(first, second)) {
                    findings.add(second.micros(), second.message(),
                            second + " is a repetition without a cause");
                }
            }
        }
    }

    /** Messages that are unfinished when Camel's shutdown timeout ends go to the successor, marked. */
    private static boolean isUnfinished(Take first, Take second) {
        return second.begin.again() && (first.end == null || first.end.micros() > second.micros());
    }
}
