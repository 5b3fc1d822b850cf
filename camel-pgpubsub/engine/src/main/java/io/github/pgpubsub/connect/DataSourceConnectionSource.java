package io.github.pgpubsub.connect;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;

/** Takes connections from a {@link DataSource}, pooled or not. */
public final class DataSourceConnectionSource implements ConnectionSource {

    private static final String TOO_SMALL = "Listening and publishing keep a connection each, so the pool must be larger by those";
    /** Messages of DBCP 2, Tomcat and Agroal when all connections are in use; HikariCP uses an exception class. */
    private static final List<String> NONE_LEFT = List.of(
            "pool error Timeout waiting", "pool error Pool exhausted", "Pool empty", "Sorry, acquisition timeout");
    /** Message of c3p0 when all connections are in use, but also when the server is down. */
    private static final String LEFT_OR_OUT_OF_REACH = "checkout a Connection has timed out";

    private final DataSource dataSource;

    public DataSourceConnectionSource(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource);
    }

    @Override
    public Connection open() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            throw explained(e);
        }
    }

    private static SQLException explained(SQLException e) {
        if (e instanceof SQLTransientConnectionException && e.getCause() instanceof SQLException why
                && ConnectionFailure.isLoss(why)) {
            return new SQLTransientConnectionException(e.getMessage() + ": " + why.getMessage(), e.getSQLState(), e);
        }
        String message = String.valueOf(e.getMessage());
        if (message.contains(LEFT_OR_OUT_OF_REACH)) {
            return new SQLTransientConnectionException(message + " If the server is within reach, then: " + TOO_SMALL,
                    e.getSQLState(), e);
        }
        if (e instanceof SQLTransientConnectionException || NONE_LEFT.stream().anyMatch(message::contains)) {
            return new SQLTransientConnectionException(message + ". " + TOO_SMALL, e.getSQLState(), e);
        }
        return e;
    }

    @Override
    public boolean pooled() {
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataSourceConnectionSource that && dataSource == that.dataSource;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(dataSource);
    }

    /** Only the class, because some pools print their password. */
    @Override
    public String toString() {
        return dataSource.getClass().getSimpleName();
    }
}
