package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.kept.KeptBatchHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A batch is complete when the handler returns or, with {@code ackMode=manual}, message by message as somebody acknowledges them. */
final class PlainHandling implements Handling {

    private final Shard group;
    private final KeptBatchHandler handler;
    private final @Nullable Consumer<Delivery<KeptRow>> acknowledge;

    /** @param acknowledge with manual: what an acknowledgement does; null: another mode */
    PlainHandling(Shard group, KeptBatchHandler handler, @Nullable Consumer<Delivery<KeptRow>> acknowledge) {
        this.group = group;
        this.handler = handler;
        this.acknowledge = acknowledge;
    }

    @Override
    public Handled handle(List<Delivery<KeptRow>> batch, long term) {
        if (batch.get(0).row() == null) {
            return Handling.gap(handler, batch);
        }
        List<Received> messages = Received.all(group, batch, acknowledge, null);
        try {
            handler.handle(List.copyOf(messages));
        } catch (Throwable e) {
            // Whatever a handler throws, the batch has failed, and this thread has more to do.
            return Handled.failed(e, failing(batch, messages));
        }
        return acknowledge == null ? Handled.complete(batch) : Handled.leftOpen();
    }

    /** Those that were not acknowledged before. */
    private static List<Delivery<KeptRow>> failing(List<Delivery<KeptRow>> batch, List<Received> messages) {
        List<Delivery<KeptRow>> failing = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            if (messages.get(i).fails()) {
                failing.add(batch.get(i));
            }
        }
        return failing;
    }
}
