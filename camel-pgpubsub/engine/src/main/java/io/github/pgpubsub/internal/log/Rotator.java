package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rotates the log once, on a connection and thread that end with it: where it may take long, or where no reading connection is. Thread-safe. */
final class Rotator {

    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);

    /** Counting what is given up of a large partition takes a while. */
    private static final Duration IO_TIMEOUT = Duration.ofMinutes(10);

    private final ConnectionSource source;
    private final String name;
    private final @Nullable ConnectionCustomizer customizer;
    private final Rotation rotation;
    private final BiFunction<String, Runnable, Thread> threads;
    private final AtomicBoolean atWork = new AtomicBoolean();

    /**
     * @param name    the connection's name in {@code pg_stat_activity}
     * @param threads creates an unstarted thread from its purpose and a task
     */
    Rotator(ConnectionSource source, String name, @Nullable ConnectionCustomizer customizer, Rotation rotation,
            BiFunction<String, Runnable, Thread> threads) {
        this.source = source;
        this.name = name;
        this.customizer = customizer;
        this.rotation = rotation;
        this.threads = threads;
    }

    /** Begins, unless it is at work. Does not wait, and does not fail: whoever sends or receives a message calls this by the way. */
    void start() {
        if (atWork.compareAndSet(false, true)) {
            rotation.postpone();
            try {
                threads.apply("rotate", this::run).start();
            } catch (RuntimeException | Error e) {
                atWork.set(false);
                LOG.warn("The log could not be rotated for lack of a thread; trying again later", e);
            }
        }
    }

    boolean isAtWork() {
        return atWork.get();
    }

    private void run() {
        try (ServerConnection connection = ServerConnection.openDurable(source, name, IO_TIMEOUT, customizer)) {
            if (!connection.inRecovery()) {
                rotation.run(connection.jdbc(), Duration.ZERO);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The log could not be rotated; trying again later: {}", ConnectionFailure.firstLine(e));
        } finally {
            atWork.set(false);
        }
    }
}
