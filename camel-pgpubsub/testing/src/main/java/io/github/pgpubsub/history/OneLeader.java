package io.github.pgpubsub.history;

import java.util.HashMap;
import java.util.Map;

/**
 * Once a member has begun a message in its term, former leaders begin no message until they lead again. Exception: after a
 * freeze, each thread of the frozen process may begin the one message that it had already taken.
 */
final class OneLeader implements Rule {

    @Override
    public String sentence() {
        return "At most one member of a group takes messages in. A frozen process can finish what it has begun; it begins nothing"
                + " new";
    }

    @Override
    public void judge(Run run, Findings findings) {
        Map<Term, Long> late = new HashMap<>();
        Term newest = null;
        for (Take take : run.takes) {
            if (take.term == null) {
                findings.add(take.micros(), take.message(), take + " has never led");
            } else if (newest == null || take.term.began >= newest.began) {
                newest = take.term;
            } else {
                long frozen = run.disturbances.stream()
                        .filter(each -> each.what() == What.FREEZING && each.concerns(take.member()))
                        .filter(each -> each.meets(take.term.began, take.micros())).count();
                if (late.merge(take.term, 1L, Long::sum) > frozen * run.settings.concurrentConsumers()) {
                    findings.add(take.micros(), take.message(), take + " after " + newest.member + " had begun as its successor");
                }
            }
        }
        findings.figure("begun late " + late.values().stream().mapToLong(Long::longValue).sum());
    }
}
