package io.github.pgpubsub.benchmark.kit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Backlogs of messages that are rows of a table. */
public final class Backlogs {

    private Backlogs() {}

    /** Commits messages in one transaction, in turn to each channel. The table has the columns channel and payload. */
    public static void insert(Server server, String table, List<String> channels, int count, int size) throws SQLException {
        String sql = "insert into %s (channel, payload) select '%s' || (i %% ?), %s from generate_series(1, ?) i"
                .formatted(table, Channels.PREFIX, Payloads.sql());
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setInt(1, channels.size());
            insert.setInt(2, size);
            insert.setInt(3, count);
            insert.executeUpdate();
        }
    }
}
