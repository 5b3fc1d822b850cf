package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.history.kept.KeptJudge;
import java.util.List;

/**
 * A group of the processes of a {@link KeptWorld}, as they take it on the command line.
 *
 * @param batch         messages in a batch at most; 0: they come one by one
 * @param leaderTimeout milliseconds
 * @param failing       of so many messages one fails; 0: none
 */
record KeptGroup(String name, String ackMode, int batch, int threads, int leaderTimeout, int queueSize, String onError,
        int failing,
        int shards) {

    /** A mode's end: batches of it. */
    private static final String BATCHES = "batches";

    /** The {@code ackMode} of a mode: {@code batch}, {@code batches}, {@code transaction}, {@code transaction-batches}… */
    static String ackMode(String mode) {
        return mode.equals(BATCHES) ? "batch" : mode.replace("-" + BATCHES, "");
    }

    static boolean isBatched(String mode) {
        return mode.endsWith(BATCHES);
    }

    static KeptGroup parse(String text) {
        String[] words = text.split(",");
        return new KeptGroup(words[0], words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5]), words[6], Integer.parseInt(words[7]), Integer.parseInt(words[8]));
    }

    String text() {
        return String.join(",", List.of(name, ackMode, String.valueOf(batch), String.valueOf(threads),
                String.valueOf(leaderTimeout), String.valueOf(queueSize), onError, String.valueOf(failing),
                String.valueOf(shards)));
    }

    /** As it is named in the record. */
    String recorded(int shard) {
        return shards == 1 ? name : name + KeptJudge.SHARD + shard;
    }

    KeptJudge.Group judged() {
        return new KeptJudge.Group(name, threads, ackMode.equals("transaction"), Math.max(1, batch));
    }
}
