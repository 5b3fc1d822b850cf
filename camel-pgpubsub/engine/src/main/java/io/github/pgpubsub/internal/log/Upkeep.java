package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a reader does for the log now and then: it keeps the groups of this process from expiring, and has the log rotated. Belongs to
 * the reading thread, but for {@link #rotation}.
 */
final class Upkeep {

    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    /** How long a rotation may keep the groups from reading. A longer one gets a connection of its own. */
    private static final Duration LONGEST_ROTATION = Duration.ofSeconds(1);

    private final Rotation rotation;
    private final Rotator rotator;
    /** How often groups show that they are there. */
    private final long seenNanos;
    private long seenAt;

    Upkeep(ConnectionSource source, LogReaderOptions options, LogQueries queries, BiFunction<String, Runnable, Thread> threads) {
        this.rotation = new Rotation(queries, options.retention(), options.retention().pause());
        this.rotator = new Rotator(source, options.name(), options.customizer(), rotation, threads);
        this.seenNanos = options.retention().silence().toNanos();
        this.seenAt = System.nanoTime() + seenNanos;
    }

    /** What became of rotations, for status. For any thread. */
    Rotation rotation() {
        return rotation;
    }

    /** Time until the next work, nanoseconds. */
    long waitNanos(long now) {
        return Math.min(Math.max(0, seenAt - now), rotator.isAtWork() ? Long.MAX_VALUE : rotation.waitNanos(now));
    }

    /**
     * Does what is due.
     *
     * @param nos of the groups' places
     * @throws SQLException when the connection is lost
     */
    void run(LogConnection connection, List<Long> nos, long now) throws SQLException {
        if (now - seenAt >= 0) {
            seenAt = now + seenNanos;
            showSigns(connection, nos);
        } else {
            rotate(connection);
        }
    }

    private static void showSigns(LogConnection connection, List<Long> nos) throws SQLException {
        if (nos.isEmpty()) {
            return;
        }
        try {
            connection.places().seen(nos);
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                throw e;
            }
            LOG.warn("Groups can't be kept from expiring: {}", ConnectionFailure.firstLine(e));
        }
    }

    private void rotate(LogConnection connection) throws SQLException {
        try {
            connection.rotate(rotation, LONGEST_ROTATION);
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                throw e;
            }
            LOG.debug("The log is rotated on a connection of its own: {}", ConnectionFailure.firstLine(e));
            rotator.start();
        }
    }
}
