package io.github.pgpubsub.history;

import java.util.List;

/** If a message is begun several times, only the take of the earliest term is unmarked. */
final class TwiceOnlyMarked implements Rule {

    @Override
    public String sentence() {
        return "Messages that the leader had not reported done come again, marked";
    }

    @Override
    public void judge(Run run, Findings findings) {
        int again = 0;
        for (List<Take> takes : run.takesOf.values()) {
            again += takes.size() - 1;
            takes.stream().skip(1).filter(take -> !take.begin.again())
                    .forEach(
                            take -> findings.add(take.micros(), take.message(), take + " is an unmarked repetition"));
        }
        findings.figure("twice " + again);
    }
}
