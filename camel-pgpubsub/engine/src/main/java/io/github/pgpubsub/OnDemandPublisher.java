package io.github.pgpubsub;

import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.internal.publish.OutgoingNotification;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens the publisher when it is needed for the first time. Thread-safe. */
final class OnDemandPublisher implements AutoCloseable {

    private final Supplier<Publisher<OutgoingNotification>> open;
    /** Null until the first publication. Guarded by the monitor, like {@link #closed}. */
    private @Nullable Publisher<OutgoingNotification> publisher;
    private boolean closed;

    /** @param open makes an unstarted publisher */
    OnDemandPublisher(Supplier<Publisher<OutgoingNotification>> open) {
        this.open = open;
    }

    /** @throws IllegalArgumentException when an argument can't be sent, or the timeout is out of range */
    static OutgoingNotification outgoing(String channel, @Nullable String payload, Duration timeout, PublishCallback callback) {
        Range.DURATION_OR_NONE.check("timeout", timeout);
        return new OutgoingNotification(ChannelName.check(channel), Payload.check(payload),
                System.nanoTime() + timeout.toNanos(), callback);
    }

    /** @throws IllegalStateException when this object is closed */
    synchronized Publisher<OutgoingNotification> get() {
        if (closed) {
            throw new IllegalStateException("This PgPubSub is closed");
        }
        if (publisher == null) {
            Publisher<OutgoingNotification> next = open.get();
            // If it fails, the next message tries again.
            next.start();
            publisher = next;
        }
        return publisher;
    }

    /** Null before the first publication, and after {@link #close}. */
    synchronized @Nullable PublisherStatus status() {
        return publisher == null ? null : publisher.status();
    }

    /** Sends what waits. */
    @Override
    public void close() {
        Publisher<OutgoingNotification> left;
        synchronized (this) {
            closed = true;
            left = publisher;
            publisher = null;
        }
        if (left != null) {
            left.close();
        }
    }
}
