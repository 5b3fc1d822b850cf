package io.github.pgpubsub.history;

import java.util.HashMap;
import java.util.Map;

/**
 * With one consumer thread, the numbers of each sender ascend: the unmarked numbers over all members, and all numbers within a
 * term. Messages that a frozen process's thread begins late are left to {@link OneLeader}.
 */
final class CommitOrder implements Rule {

    @Override
    public String sentence() {
        return "in commit order (concurrentConsumers=1)";
    }

    @Override
    public void judge(Run run, Findings findings) {
        if (run.settings.concurrentConsumers() > 1) {
            return;
        }
        Map<String, Take> highestNew = new HashMap<>();
        Map<String, Take> lastInTerm = new HashMap<>();
        long newest = Long.MIN_VALUE;
        for (Take take : run.takes) {
            String sender = take.message().sender();
            Take before = lastInTerm.put(sender + " " + take.member() + " " + take.termBegan(), take);
            newest = Math.max(newest, take.termBegan());
            if (before != null && before.number() >= take.number()) {
                findings.add(take.micros(), take.message(), take + " behind " + before);
            } else if (!take.begin.again() && take.termBegan() == newest) {
                Take highest = highestNew.get(sender);
                if (highest != null && highest.number() >= take.number()) {
                    findings.add(take.micros(), take.message(), take + " behind " + highest);
                } else {
                    highestNew.put(sender, take);
                }
            }
        }
    }
}
