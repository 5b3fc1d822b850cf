package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptMessageId;
import java.util.UUID;

/** Deliveries for tests, numbered from 1: the id is ten times the number. */
final class Deliveries {

    static final Fence FENCE = new Fence(1, new UUID(1, 1));
    static final Bound UPTO = new Bound(new Snapshot("9:9:"), 1_000_000, 9);

    private Deliveries() {}

    static Delivery<String> message(int number) {
        return message(number, 100);
    }

    static Delivery<String> message(int number, long bytes) {
        KeptMessageId id = new KeptMessageId(number * 10L, 1);
        return Delivery.message(new Page.Row<>(id, "message " + number, bytes), FENCE, UPTO, number, false);
    }
}
