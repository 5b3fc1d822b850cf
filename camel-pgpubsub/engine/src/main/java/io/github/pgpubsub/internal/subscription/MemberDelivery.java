package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Intake;
import io.github.pgpubsub.internal.delivery.Lease;
import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.session.Pulse;
import java.util.concurrent.Executor;

/**
 * A member's way of delivery: the subscriptions with their queue, the session's side of this queue, the lease under which messages
 * begin, and the counts.
 */
record MemberDelivery(LocalSubscriptions subscriptions, Intake intake, Lease lease, Counters counters) {

    /**
     * @param pulse     the session's
     * @param thread    the session's
     * @param roomMade  called when a queue that was full has room again
     * @param callbacks runs the calls of listeners
     */
    static MemberDelivery of(SubscriptionOptions options, Pulse pulse, SessionThread thread, Runnable roomMade,
            Executor callbacks) {
        Lease lease = Lease.of(pulse, options.leaderTimeout().toNanos());
        Counters counters = new Counters();
        DeliveryQueue queue = new DeliveryQueue(options, lease, counters, roomMade);
        return new MemberDelivery(new LocalSubscriptions(queue, callbacks), new Intake(queue, options, counters, thread), lease,
                counters);
    }
}
