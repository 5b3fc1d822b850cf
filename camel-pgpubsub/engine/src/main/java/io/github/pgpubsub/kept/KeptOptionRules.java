package io.github.pgpubsub.kept;

/** Which values of {@link KeptOptions} go together. */
final class KeptOptionRules {

    private KeptOptionRules() {}

    static void check(KeptOptions options) {
        if ((options.ackMode() == AckMode.transaction) != (options.transactions() != null)) {
            throw new IllegalArgumentException("ackMode=transaction and transactions need each other");
        }
        if (options.ackMode() == AckMode.transaction && options.concurrency() > 1) {
            throw new IllegalArgumentException("ackMode=transaction has one thread, not " + options.concurrency());
        }
        if (options.shards() > 1 && !options.singleListener()) {
            throw new IllegalArgumentException("shards=" + options.shards()
                    + " needs a group: with singleListener=false each subscription gets all messages");
        }
    }
}
