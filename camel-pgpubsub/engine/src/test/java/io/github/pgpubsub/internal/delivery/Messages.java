package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;

/** Creates messages for tests, and queues with their dependencies. */
final class Messages {

    private Messages() {}

    static Entry<Notification> message(long place) {
        return new Entry<>(place, new Notification("ch", "payload " + place, 1, false), null, false, null);
    }

    static Entry<Notification> gap(long place) {
        return new Entry<>(place, null, null, false, new Entry.Gap(0, true));
    }

    static SubscriptionOptions options(int queueSize, Overflow overflow) {
        return SubscriptionOptions.to("ch").singleListener(false).queueSize(queueSize).overflow(overflow)
                .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build();
    }
}
