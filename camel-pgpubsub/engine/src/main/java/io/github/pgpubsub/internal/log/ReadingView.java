package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.status.SessionStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What others see of the reading connection. The reading thread writes, any thread reads. */
final class ReadingView {

    /** System.nanoTime of the last connect or loss. */
    private volatile long since = System.nanoTime();
    /** System.nanoTime of the server's last answer. */
    private volatile long heard = System.nanoTime();
    private volatile int connections;

    /** Returns the time without a connection; null: this is the first one. */
    @Nullable
    Duration connected() {
        long now = System.nanoTime();
        Duration lost = connections == 0 ? null : Duration.ofNanos(now - since);
        since = now;
        heard = now;
        int number = connections + 1;
        connections = number;
        return lost;
    }

    void heard() {
        heard = System.nanoTime();
    }

    void disconnected() {
        since = System.nanoTime();
    }

    /** @param backend 0: not connected */
    SessionStatus status(int backend) {
        long now = System.nanoTime();
        return new SessionStatus(backend != 0, backend, Duration.ofNanos(now - since), Duration.ofNanos(now - heard),
                Math.max(0, connections - 1), 0, null);
    }
}
