package io.github.pgpubsub.internal.subscription;

import static io.github.pgpubsub.internal.delivery.Interleavings.check;
import static io.github.pgpubsub.internal.delivery.Interleavings.together;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Interleavings;
import io.github.pgpubsub.internal.delivery.Lease;
import io.github.pgpubsub.internal.delivery.Recipient;
import io.github.pgpubsub.internal.delivery.Workers;
import io.github.pgpubsub.internal.work.WorkerPool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Subscriptions of one process start and end concurrently: exactly one ends the membership, and none is admitted after that.
 * Not under Lincheck, which takes these stories for deadlocks.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("interleavings")
class LocalSubscriptionsInterleavingsTest {

    private static final SubscriptionOptions OPTIONS = SubscriptionOptions.to("ch")
            .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES))
            .build();
    private static final SubscriptionListener LISTENER = new SubscriptionListener() {};

    @Test
    void oneOfTwoThatLeaveAtOnceIsTheLast() {
        Interleavings.asTheyHappen(() -> {
            House house = new House();
            LocalSubscription first = house.moveIn();
            LocalSubscription second = house.moveIn();
            boolean[] last = new boolean[2];
            together(() -> last[0] = house.subscriptions.leave(first), () -> last[1] = house.subscriptions.leave(second));
            check(last[0] != last[1], "the last: " + last[0] + ", " + last[1]);
            check(house.subscriptions.isActive(last[0] ? first : second), "the last one is the active one");
        });
    }

    @Test
    void whoComesWhileTheOnlyOneLeavesIsActiveOrTurnedAway() {
        Interleavings.asTheyHappen(() -> {
            House house = new House();
            LocalSubscription first = house.moveIn();
            LocalSubscription second = house.subscription();
            boolean[] seen = new boolean[2];
            together(() -> seen[0] = house.subscriptions.leave(first), () -> seen[1] = house.subscriptions.add(second));
            check(seen[0] != seen[1], "was the last: " + seen[0] + ", let in: " + seen[1]);
            check(house.subscriptions.isActive(seen[0] ? first : second), "active");
        });
    }

    /** The threads of a subscription are not part of the story: they have ended before anything waits for them. */
    private static final class Idle extends Thread {

        @Override
        public void start() {}
    }

    private static final class House {

        private final DeliveryQueue queue = new DeliveryQueue(OPTIONS, Lease.unneeded(), new Counters(), () -> {});
        private final LocalSubscriptions subscriptions = new LocalSubscriptions(queue, Runnable::run);

        LocalSubscription moveIn() {
            LocalSubscription subscription = subscription();
            check(subscriptions.add(subscription), "turned away");
            return subscription;
        }

        LocalSubscription subscription() {
            return new LocalSubscription(OPTIONS, LISTENER,
                    new Workers(queue, Recipient.of(message -> {}), LISTENER, new Counters(), OPTIONS,
                            new WorkerPool("test", (name, task) -> new Idle())));
        }
    }
}
