package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptMessageId;
import java.util.UUID;

/** Deliveries for tests of other packages. */
public final class HandedOut {

    private static final Bound UPTO = new Bound(new Snapshot("9:9:"), 1_000_000, 9);

    private HandedOut() {}

    /** @param epoch of the leadership */
    public static <M> Delivery<M> message(int number, M message, long epoch) {
        return Delivery.message(new Page.Row<>(new KeptMessageId(number, 1), message, 100), new Fence(epoch, new UUID(1, epoch)),
                UPTO, number, false);
    }

    public static <M> Delivery<M> gap(int number) {
        return Delivery.gap(7, new Fence(1, new UUID(1, 1)), number);
    }
}
