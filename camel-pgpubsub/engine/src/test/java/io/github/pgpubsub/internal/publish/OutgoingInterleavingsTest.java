package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.internal.delivery.Interleavings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that sends and the one that keeps time, over one notification. */
@Timeout(300)
class OutgoingInterleavingsTest {

    /** What became of it, as each of the two threads knows. */
    private static final class Outcome {

        boolean sent;
        boolean expired;
        int ends;
    }

    /** What its sender was told is not sent, is not sent; and it is told once. The batch that it was in is refused at first. */
    @Test
    void itIsSentOrExpiredAndEndsOnce() {
        Interleavings.of(() -> {
            Outgoing outgoing = new Outgoing("channel", "payload", 0, failure -> {});
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
                timekeeper.expired = outgoing.expire();
                if ((timekeeper.expired || outgoing.isSent()) && outgoing.end(new Exception())) {
                    timekeeper.ends++;
                }
            });
            Interleavings.check(!(sender.sent && timekeeper.expired), "sent although expired");
            Interleavings.check(sender.ends + timekeeper.ends == 1, sender.ends + " and " + timekeeper.ends);
        });
    }
}
