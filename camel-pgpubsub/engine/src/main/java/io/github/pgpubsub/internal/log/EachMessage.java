package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.kept.KeptBatchHandler;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptMessage;
import java.util.List;

/** A handler of single messages, as the engine calls it: with batches of one. */
record EachMessage(KeptHandler handler) implements KeptBatchHandler {

    @Override
    public void handle(List<KeptMessage> batch) throws Exception {
        handler.handle(batch.get(0));
    }

    @Override
    public void gap(long missed) throws Exception {
        handler.gap(missed);
    }
}
