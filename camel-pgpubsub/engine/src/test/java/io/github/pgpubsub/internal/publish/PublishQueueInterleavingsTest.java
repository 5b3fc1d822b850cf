package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.internal.delivery.Interleavings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In any interleaving, each element comes out once, in the order of its thread, and no thread waits for ever. */
@Timeout(300)
@Tag("interleavings")
class PublishQueueInterleavingsTest {

    private static final long LONG_MILLIS = TimeUnit.DAYS.toMillis(1);

    @Test
    void nobodySleepsOverANotificationOrAPlace() {
        Interleavings.of(() -> {
            PublishQueue<OutgoingNotification> queue = new PublishQueue<>(1, 100, Long.MAX_VALUE);
            List<String> sent = new ArrayList<>();
            Interleavings.together(() -> {
                queue.put(outgoing("a1"), false);
                queue.put(outgoing("a2"), false);
            }, () -> {
                while (sent.size() < 2 && queue.awaitSome(LONG_MILLIS)) {
                    takeBatch(queue, sent);
                }
            });
            Interleavings.check(sent.equals(List.of("a1", "a2")), sent);
        });
    }

    /** Elements before the close are sent, later ones are refused, and the sending thread finds the end. */
    @Test
    void aCloseLosesNothing() {
        Interleavings.of(() -> {
            PublishQueue<OutgoingNotification> queue = new PublishQueue<>(1, 100, Long.MAX_VALUE);
            List<String> taken = new ArrayList<>();
            List<String> sent = new ArrayList<>();
            Interleavings.together(() -> {
                put(queue, "a1", taken);
                put(queue, "a2", taken);
            }, queue::close, () -> {
                while (!queue.isDrained()) {
                    queue.awaitSome(LONG_MILLIS);
                    takeBatch(queue, sent);
                }
            });
            Interleavings.check(sent.equals(taken), sent);
        });
    }

    /** Senders that lead and the publisher's thread use the connection one after the other, and nothing is left behind. */
    @Test
    void oneThreadAtATimeHasTheConnection() {
        Interleavings.of(() -> {
            PublishQueue<OutgoingNotification> queue = new PublishQueue<>(2, 100, Long.MAX_VALUE);
            AtomicInteger users = new AtomicInteger();
            AtomicInteger senders = new AtomicInteger(2);
            List<String> sent = new ArrayList<>();
            Interleavings.together(() -> send(queue, "a", users, sent, senders), () -> send(queue, "b", users, sent, senders),
                    () -> {
                        while (!queue.isDrained()) {
                            queue.awaitSome(LONG_MILLIS);
                            use(queue, users, sent);
                        }
                    });
            Interleavings.check(sent.size() == 2 && sent.containsAll(List.of("a", "b")), sent);
        });
    }

    /** The last sender closes the queue. */
    private static void send(PublishQueue<OutgoingNotification> queue, String payload, AtomicInteger users, List<String> sent,
            AtomicInteger senders) throws InterruptedException {
        if (queue.put(outgoing(payload), true) == Admission.LEADS) {
            use(queue, users, sent);
            queue.stopLeading(false);
        }
        if (senders.decrementAndGet() == 0) {
            queue.close();
        }
    }

    private static void use(PublishQueue<OutgoingNotification> queue, AtomicInteger users, List<String> sent) {
        Interleavings.check(users.incrementAndGet() == 1, users);
        takeBatch(queue, sent);
        users.decrementAndGet();
    }

    private static void put(PublishQueue<OutgoingNotification> queue, String payload, List<String> taken)
            throws InterruptedException {
        if (queue.put(outgoing(payload), false) == Admission.TAKEN) {
            taken.add(payload);
        }
    }

    private static void takeBatch(PublishQueue<OutgoingNotification> queue, List<String> sent) {
        for (OutgoingNotification each : queue.takeBatch(2, Long.MAX_VALUE)) {
            sent.add(each.payload);
        }
    }

    private static OutgoingNotification outgoing(String payload) {
        return new OutgoingNotification("channel", payload, System.nanoTime() + TimeUnit.DAYS.toNanos(1), failure -> {});
    }
}
