package io.github.pgpubsub.connect;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The backends through which this process publishes: how a listener recognises its own messages.
 *
 * <p>A publisher registers its backend before it first uses it and retires it when the connection is gone. A retired one is
 * kept for a while, because what it sent may still be on its way to a listener; then it is forgotten, because the operating
 * system gives process ids out again. Thread-safe.
 */
public final class OwnBackends {

    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final long IN_USE = Long.MAX_VALUE;

    private record Backend(String server, int pid) {}

    private final Map<Backend, Long> retireAt = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    public OwnBackends() {
        this(System::nanoTime);
    }

    OwnBackends(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public void register(ServerConnection connection) {
        register(connection.server(), connection.backend());
    }

    public void retire(ServerConnection connection) {
        retire(connection.server(), connection.backend());
    }

    void register(String server, int pid) {
        long now = nanoTime.getAsLong();
        retireAt.values().removeIf(end -> end != IN_USE && end - now < 0);
        retireAt.put(new Backend(server, pid), IN_USE);
    }

    void retire(String server, int pid) {
        retireAt.replace(new Backend(server, pid), nanoTime.getAsLong() + KEPT.toNanos());
    }

    /** Whether that backend of that server is, or was a moment ago, one of ours. */
    public boolean contains(String server, int pid) {
        Long end = retireAt.get(new Backend(server, pid));
        return end != null && (end == IN_USE || end - nanoTime.getAsLong() > 0);
    }
}
