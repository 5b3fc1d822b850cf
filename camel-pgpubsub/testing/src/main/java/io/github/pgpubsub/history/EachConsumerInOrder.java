package io.github.pgpubsub.history;

import java.util.HashMap;
import java.util.Map;

/** Each consumer gets the numbers of each sender in ascending order. */
final class EachConsumerInOrder implements Rule {

    @Override
    public String sentence() {
        return "singleListener=false: in commit order (concurrentConsumers=1)";
    }

    @Override
    public void judge(Run run, Findings findings) {
        Map<String, Take> last = new HashMap<>();
        for (Take take : run.takes) {
            Take before = last.put(take.member() + " " + take.message().sender(), take);
            if (run.settings.concurrentConsumers() == 1 && before != null && before.number() > take.number()) {
                findings.add(take.micros(), take.message(), take + " behind " + before);
            }
        }
    }
}
