package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.status.SessionStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state of a session as other threads see it: an immutable snapshot. Written by the session's thread, read by any thread.
 */
final class SessionView {

    /** Maximum age of the published {@code heardAt}: a session under load reads many thousand times a second. */
    private static final long GRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /**
     * @param backend    0: not connected
     * @param changedAt  System.nanoTime of the last connect or loss
     * @param connects   number of connections so far
     * @param heardAt    System.nanoTime of the server's last sign of life
     * @param queueUsage used share of the server's notification queue, 0 to 1
     * @param waitsFor   the subscriber whose full queue the session waits for; null: none
     */
    private record View(int backend, long changedAt, long connects, long heardAt, double queueUsage,
            @Nullable String waitsFor) {}

    private volatile View view = new View(0, System.nanoTime(), 0, System.nanoTime(), 0, null);
    /** The exact value; belongs to the session's thread. */
    private long heardAt = view.heardAt;

    // ---- by the session's thread

    void connected(int backend, long now) {
        heardAt = now;
        view = new View(backend, now, view.connects + 1, now, view.queueUsage, view.waitsFor);
    }

    void disconnected() {
        View was = view;
        boolean ends = was.backend != 0;
        view = new View(0, ends ? System.nanoTime() : was.changedAt, was.connects, heardAt, was.queueUsage, null);
    }

    void heard(long now) {
        heardAt = now;
        View was = view;
        if (now - was.heardAt >= GRAIN_NANOS) {
            view = new View(was.backend, was.changedAt, was.connects, now, was.queueUsage, was.waitsFor);
        }
    }

    void queueUsage(double share) {
        View was = view;
        view = new View(was.backend, was.changedAt, was.connects, heardAt, share, was.waitsFor);
    }

    /** @param name null: the session does not wait */
    void waitsFor(@Nullable String name) {
        View was = view;
        view = new View(was.backend, was.changedAt, was.connects, heardAt, was.queueUsage, name);
    }

    /** The exact time of the server's last sign of life. */
    long heardAt() {
        return heardAt;
    }

    // ---- by any thread

    /** As {@link #heardAt}, but up to the grain earlier. */
    long publishedHeardAt() {
        return view.heardAt;
    }

    long changedAt() {
        return view.changedAt;
    }

    boolean isConnected() {
        return view.backend != 0;
    }

    boolean hasEverConnected() {
        return view.connects > 0;
    }

    SessionStatus status() {
        View seen = view;
        long now = System.nanoTime();
        return new SessionStatus(seen.backend != 0, seen.backend, Duration.ofNanos(now - seen.changedAt),
                Duration.ofNanos(now - seen.heardAt), Math.max(0, seen.connects - 1), seen.queueUsage, seen.waitsFor);
    }
}
