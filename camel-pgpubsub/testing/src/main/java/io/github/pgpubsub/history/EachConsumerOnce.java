package io.github.pgpubsub.history;

import java.util.HashSet;
import java.util.Set;

/** No consumer gets a message twice. */
final class EachConsumerOnce implements Rule {

    @Override
    public String sentence() {
        return "singleListener=false: each message once to every connected consumer";
    }

    @Override
    public void judge(Run run, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Take take : run.takes) {
            if (!seen.add(take.member() + " " + take.message())) {
                findings.add(take.micros(), take.message(), take + " a second time");
            }
        }
    }
}
