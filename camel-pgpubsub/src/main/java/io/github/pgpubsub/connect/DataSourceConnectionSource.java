package io.github.pgpubsub.connect;

import java.sql.Connection;
import java.sql.SQLException;
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
        return dataSource.getConnection();
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
