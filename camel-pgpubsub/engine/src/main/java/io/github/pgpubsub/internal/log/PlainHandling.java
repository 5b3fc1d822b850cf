package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.kept.KeptHandler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A message is complete when the handler returns or, with {@code ackMode=manual}, when somebody acknowledges it. */
final class PlainHandling implements Handling {

    private final Shard group;
    private final KeptHandler handler;
    private final @Nullable Consumer<Delivery<KeptRow>> acknowledge;

    /** @param acknowledge with manual: what an acknowledgement does; null: another mode */
    PlainHandling(Shard group, KeptHandler handler, @Nullable Consumer<Delivery<KeptRow>> acknowledge) {
        this.group = group;
        this.handler = handler;
        this.acknowledge = acknowledge;
    }

    @Override
    public Handled handle(Delivery<KeptRow> delivery) {
        Page.Row<KeptRow> row = delivery.row();
        Received message = row == null ? null : new Received(group, delivery, row, acknowledge, null);
        try {
            if (message == null) {
                handler.gap(delivery.missed());
            } else {
                handler.handle(message);
            }
        } catch (Throwable e) {
            // Whatever a handler throws, the message has failed, and this thread has more to do.
            return message == null || message.fails() ? Handled.failed(e) : new Handled(Result.LEFT_OPEN, e);
        }
        return message == null || acknowledge == null ? Handled.COMPLETE : Handled.LEFT_OPEN;
    }
}
