package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.kept.KeptLogOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The logs of one database: one for each set of options. Thread-safe. */
public final class Logs implements AutoCloseable {

    private final LogSettings settings;
    /** Guarded by the monitor, like {@link #closed}. */
    private final Map<KeptLogOptions, Log> logs = new HashMap<>();
    private boolean closed;

    public Logs(LogSettings settings) {
        this.settings = settings;
    }

    /**
     * The log with these options. Opens nothing.
     *
     * @throws IllegalArgumentException when no schema can be called so
     * @throws IllegalStateException    after {@link #close}
     */
    public synchronized Log log(KeptLogOptions options) {
        if (closed) {
            throw new IllegalStateException("This PgPubSub is closed");
        }
        return logs.computeIfAbsent(options, each -> new Log(settings, each));
    }

    @Override
    public void close() {
        List<Log> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(logs.values());
            logs.clear();
        }
        left.forEach(Log::close);
    }
}
