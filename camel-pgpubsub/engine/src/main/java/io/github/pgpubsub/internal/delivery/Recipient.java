package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.BatchHandler;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.SubscriptionOptions;
import java.util.List;
import java.util.Objects;

/** A subscription's handler, and how many messages it gets at once. */
public record Recipient(BatchHandler handler, BatchLimit limit) {

    /** For a handler of single messages. */
    public static Recipient of(MessageHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return new Recipient(new BatchHandler() {
            @Override
            public void handle(List<Message.Notification> batch) throws Exception {
                handler.handle(batch.get(0));
            }

            @Override
            public void gap(Message.Gap gap) throws Exception {
                handler.handle(gap);
            }
        }, BatchLimit.SINGLE);
    }

    /** For a handler of batches, as large as the options say. */
    public static Recipient of(BatchHandler handler, SubscriptionOptions options) {
        return new Recipient(Objects.requireNonNull(handler, "handler"),
                BatchLimit.of(options.batchSize(), options.batchTimeout()));
    }
}
