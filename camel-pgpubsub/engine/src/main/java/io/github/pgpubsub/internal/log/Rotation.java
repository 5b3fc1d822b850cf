package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the log forgotten what is old enough, and tells operators once what keeps it from that. Any number of processes may do it at the same
 * time: one is let in, and the others find it busy. Thread-safe, but for one call of {@link #run} at a time.
 */
final class Rotation {

    /** So many of those who use a partition are named. */
    private static final int MOST_USERS = 5;
    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);

    /** The writers move on to the next partition at this size, even if it is not old. */
    private static final long SLOT_BYTES = 1L << 30;
    /** lock_not_available: somebody is at work in the log, as "busy" says. */
    private static final String LOCKED = "55P03";
    /** insufficient_privilege. */
    private static final String NOT_ALLOWED = "42501";

    private final LogQueries queries;
    private final Retention retention;
    private final long pauseNanos;
    private final AtomicLong givenUp = new AtomicLong();
    private final RotationTrouble trouble;
    private volatile Rotated last = Rotated.NOTHING;
    /** The groups of which operators were told that they hold old messages. Belongs to the caller of {@link #run}. */
    private List<String> held = List.of();
    /** Why it failed; null: it did not. */
    private volatile @Nullable String failure;
    private volatile boolean refused;
    private volatile long dueAt;

    /** @param pause between two calls */
    Rotation(LogQueries queries, Retention retention, Duration pause) {
        this.queries = queries;
        this.retention = retention;
        this.pauseNanos = pause.toNanos();
        this.trouble = new RotationTrouble(retention, pause);
        this.dueAt = System.nanoTime() + pauseNanos;
    }

    // ---- for any thread

    /** What the last call did. */
    Rotated last() {
        return last;
    }

    /** Unread messages that this process's calls have given up. */
    long givenUp() {
        return givenUp.get();
    }

    /** Why messages can't be removed although they are old enough, in words; null: nothing is known that keeps them. */
    @Nullable
    String trouble() {
        String failed = failure;
        return failed == null || refused ? trouble.text() : "The log can't be rotated: " + failed;
    }

    /** Time until the next call is due, nanoseconds; {@link Long#MAX_VALUE}: never, because this role may not. */
    long waitNanos(long now) {
        return refused ? Long.MAX_VALUE : Math.max(0, dueAt - now);
    }

    /** The next call is due after a pause, whatever becomes of this one. */
    void postpone() {
        dueAt = System.nanoTime() + pauseNanos;
    }

    // ---- the call

    /**
     * Calls the log's function, in a transaction of its own, and sets when the next call is due.
     *
     * @param connection in autocommit mode
     * @param longest    for the server's work; zero: no bound
     * @throws SQLException when the connection fails, or the time is up ({@link #isTimeUp})
     */
    void run(Connection connection, Duration longest) throws SQLException {
        postpone();
        try {
            Rotated rotated = rotate(connection, longest);
            note(rotated);
            failure = null;
            trouble.note(rotated, System.nanoTime(), slot -> users(connection, slot));
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e) || isTimeUp(e)) {
                throw e;
            }
            noteFailure(e);
        }
    }

    /** query_canceled. */
    static boolean isTimeUp(SQLException e) {
        return "57014".equals(e.getSQLState());
    }

    private Rotated rotate(Connection connection, Duration longest) throws SQLException {
        return JdbcTransaction.run(connection, () -> {
            if (!longest.isZero()) {
                try (java.sql.Statement bound = connection.createStatement()) {
                    bound.execute("set local statement_timeout = " + longest.toMillis());
                }
            }
            try (PreparedStatement statement = connection.prepareStatement(queries.sql(Statement.ROTATE))) {
                statement.setString(1, interval(retention.completed()));
                statement.setString(2, interval(retention.unread()));
                statement.setString(3, interval(retention.groups()));
                statement.setLong(4, SLOT_BYTES);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    int slot = row.getInt(2);
                    return new Rotated(row.getString(1), row.wasNull() ? Rotated.NO_SLOT : slot, row.getLong(3),
                            texts(row.getArray(4)), texts(row.getArray(5)));
                }
            }
        });
    }

    /** Those who use a partition at this moment, in words. */
    private List<String> users(Connection connection, int slot) throws SQLException {
        Set<String> users = new LinkedHashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(queries.sql(Statement.USERS))) {
            statement.setInt(1, slot);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next() && users.size() < MOST_USERS) {
                    users.add(rows.getString(1));
                }
            }
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                throw e;
            }
            LOG.debug("Who uses partition {} is not known", slot, e);
        }
        return List.copyOf(users);
    }

    private static @Nullable String interval(@Nullable Duration duration) {
        // ISO 8601. Up to PostgreSQL 14 a number of microseconds ends at 35 minutes.
        return duration == null ? null : duration.toString();
    }

    private static List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    // ---- what operators should know

    private void note(Rotated rotated) {
        Rotated before = last;
        last = rotated;
        if (rotated.givenUp() > 0) {
            givenUp.addAndGet(rotated.givenUp());
            LOG.warn("{} messages were given up unread, because they are older than retentionMax ({}). They were for {}",
                    rotated.givenUp(),
                    retention.unread(), rotated.groups());
        }
        if (!rotated.expired().isEmpty()) {
            LOG.warn("Groups that no process has joined for groupExpiry ({}) are removed: {}", retention.groups(),
                    rotated.expired());
        }
        if (rotated.isHeld() && !held.equals(rotated.groups())) {
            held = rotated.groups();
            LOG.warn("Messages are older than retention ({}) and are kept all the same, because {} have not read them",
                    retention.completed(), held);
        } else if (!held.isEmpty() && rotated.isFree()) {
            held = List.of();
            LOG.info("No group holds messages that are older than retention ({}) any more", retention.completed());
        } else if (!rotated.outcome().equals(before.outcome())) {
            LOG.debug("Rotation: {}", rotated);
        }
    }

    private void noteFailure(SQLException e) {
        if (LOCKED.equals(e.getSQLState())) {
            LOG.debug("Rotation: {}", ConnectionFailure.firstLine(e));
            return;
        }
        String text = ConnectionFailure.firstLine(e);
        if (NOT_ALLOWED.equals(e.getSQLState())) {
            refused = true;
            LOG.debug("This role may not rotate the log, which others do: {}", text);
        } else if (!text.equals(failure)) {
            LOG.warn("The log can't be rotated: {}", text);
        }
        failure = text;
    }
}
