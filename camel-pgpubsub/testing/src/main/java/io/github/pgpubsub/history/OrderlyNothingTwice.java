package io.github.pgpubsub.history;

import java.util.List;

/** Where nothing but orderly changes happened since the first time, there is no second one, marked or not. */
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
                            second + " is not the first time, and nothing had gone wrong");
                }
            }
        }
    }

    /** What is unfinished when Camel's shutdown timeout ends goes to the successor, marked. */
    private static boolean isUnfinished(Take first, Take second) {
        return second.begin.again() && (first.end == null || first.end.micros() > second.micros());
    }
}
