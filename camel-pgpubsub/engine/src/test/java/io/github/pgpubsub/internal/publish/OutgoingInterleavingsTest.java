package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.internal.delivery.Interleavings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sending thread and the timekeeper compete for one notification. */
@Timeout(300)
@Tag("interleavings")
class OutgoingInterleavingsTest {

    /** The outcome, as each of the two threads sees it. */
    private static final class Outcome {

        boolean sent;
        boolean expired;
        int ends;
    }

    /**
     * If the sender was told "not sent", the notification is not sent, and the sender is told once. Its batch is refused at
     * first.
     */
    @Test
    void itIsSentOrExpiredAndEndsOnce() {
        Interleavings.of(() -> {
            OutgoingNotification outgoing = new OutgoingNotification("channel", "payload", 0, failure -> {});
            Outcome sender = new Outcome();
            Outcome timekeeper = new Outcome();
            Interleavings.together(() -> {
                outgoing.markSent();
                outgoing.markWaiting();
                sender.sent = outgoing.markSent();
                if (sender.sent && outgoing.end(null)) {
                    sender.ends++;
                }
            }, () -> {
                timekeeper.expired = outgoing.endUnsent(new Exception());
                if (timekeeper.expired || (outgoing.isSent() && outgoing.end(new Exception()))) {
                    timekeeper.ends++;
                }
            });
            Interleavings.check(!(sender.sent && timekeeper.expired), "sent although expired");
            Interleavings.check(sender.ends + timekeeper.ends == 1, sender.ends + " and " + timekeeper.ends);
        });
    }
}
