package io.github.pgpubsub.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import javax.sql.DataSource;

/** Takes connections from a {@link DataSource}, pooled or not. */
public final class DataSourceConnectionSource implements ConnectionSource {

    private final DataSource dataSource;

    public DataSourceConnectionSource(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource);
    }

    @Override
    public Connection open() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLTransientConnectionException e) {
            // What a pool throws that has none left, be it that they are all in use or that there are none to be had.
            if (e.getCause() instanceof SQLException why && ConnectionFailure.isLoss(why)) {
                throw new SQLTransientConnectionException(e.getMessage() + ": " + why.getMessage(), e.getSQLState(), e);
            }
            throw new SQLTransientConnectionException(e.getMessage() + ". Listening and publishing keep a connection each, so the"
                    + " pool must be larger by those", e.getSQLState(), e);
        }
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

    /** The class only: some pools print their password. */
    @Override
    public String toString() {
        return dataSource.getClass().getSimpleName();
    }
}
