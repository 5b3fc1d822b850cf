package io.github.pgpubsub.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Each message has an id, the same for every delivery, and no two messages have the same id. */
final class OneId implements Rule {

    @Override
    public String sentence() {
        return "CamelPgPubSubMessageId: the same on every member of the group and when delivered again, never used twice";
    }

    @Override
    public void judge(Run run, Findings findings) {
        Map<String, Take> owners = new HashMap<>();
        int without = 0;
        int several = 0;
        int shared = 0;
        for (List<Take> takes : run.takesOf.values()) {
            Take first = null;
            for (Take take : takes) {
                String id = take.begin.id();
                if (id.equals("-")) {
                    without++;
                    findings.add(take.micros(), take.message(), take + " has no id");
                    continue;
                }
                if (first != null && !first.begin.id().equals(id)) {
                    several++;
                    findings.add(take.micros(), take.message(), take + " had another id: " + first);
                }
                first = take;
                Take owner = owners.putIfAbsent(id, take);
                if (owner != null && !owner.message().equals(take.message())) {
                    shared++;
                    findings.add(take.micros(), take.message(), take + " has another's id: " + owner);
                }
            }
        }
        findings.figure("without id " + without);
        findings.figure("with another id " + several);
        findings.figure("with another's id " + shared);
    }
}
