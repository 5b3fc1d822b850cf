package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A group's place, as the transactions of {@code ackMode=transaction} see and move it. For one thread. */
final class TransactedPlace {

    private final LogQueries queries;
    private final LongSupplier no;
    private final Supplier<@Nullable String> identity;
    private final String timeout;
    /** The identity of the log's database that was compared last. */
    private @Nullable String compared;

    /**
     * @param sameTimeline the server is the one of step 0, and not one that an asynchronous fail-over has put in its place
     * @param isolation    of the transaction
     */
    record Standing(long epoch, @Nullable String owner, @Nullable String upto, long lastId, boolean sameTimeline,
            String isolation) {

        /**
         * Transactions may get to a new primary before the reading connection does. There effects may be gone, together with the move of the
         * place, and what was parked: step 0 has to look.
         */
        boolean is(Fence fence, Bound end) {
            return sameTimeline && epoch == fence.epoch() && fence.owner().toString().equals(owner)
                    && end.snapshot().text().equals(upto);
        }
    }

    /**
     * @param no       number of the place
     * @param identity of the log's database, as the reading connection has it; null: not known yet
     * @param timeout  how long a transaction may hold the place without a statement
     */
    TransactedPlace(LogQueries queries, LongSupplier no, Supplier<@Nullable String> identity, Duration timeout) {
        this.queries = queries;
        this.no = no;
        this.identity = identity;
        this.timeout = String.valueOf(timeout.toMillis());
    }

    /** @throws IllegalArgumentException when the connection leads to another database than the log's */
    void checkSame(Connection connection) throws SQLException {
        String expected = identity.get();
        if (expected == null) {
            throw new IllegalStateException("The database of the log is not known yet");
        }
        if (expected.equals(compared)) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(queries.sql(Statement.IDENTITY));
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (!expected.equals(row.getString(1))) {
                throw new IllegalArgumentException(
                        "ackMode=transaction needs transactions in the database that has the log. Theirs is "
                                + row.getString(1) + " and the log's is " + expected + " (system identifier/database oid)");
            }
        }
        compared = expected;
    }

    Standing read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(queries.sql(Statement.STANDING_IN_TRANSACTION))) {
            statement.setLong(1, no.getAsLong());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Standing(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4), row.getBoolean(5),
                                row.getString(6))
                        : new Standing(0, null, null, 0, true, "read committed");
            }
        }
    }

    /** False: it is another owner's, or elsewhere. */
    boolean move(Connection connection, long lastId, Fence fence, Bound upto) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(queries.sql(Statement.ACKNOWLEDGE_IN_TRANSACTION))) {
            statement.setLong(1, lastId);
            statement.setLong(2, no.getAsLong());
            statement.setLong(3, fence.epoch());
            statement.setString(4, fence.owner().toString());
            statement.setString(5, upto.snapshot().text());
            statement.setString(6, timeout);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }
}
