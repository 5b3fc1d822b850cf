package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.history.kept.KeptEvent.Stage;
import io.github.pgpubsub.history.kept.KeptNumber;
import io.github.pgpubsub.history.kept.KeptRecorder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What the database says at the end: what is committed, and which effects there are. */
final class KeptTruth {

    private KeptTruth() {}

    static void record(Connection connection, KeptRecorder recorder) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("select name, key, number from sent")) {
                while (row.next()) {
                    recorder.written(Stage.IN_DATABASE, new KeptNumber(row.getString(1), row.getString(2), row.getLong(3)));
                }
            }
            try (ResultSet row = statement
                    .executeQuery("select grp, name, key, number, count(*) from effect group by 1, 2, 3, 4")) {
                while (row.next()) {
                    recorder.effect(row.getString(1), new KeptNumber(row.getString(2), row.getString(3), row.getLong(4)),
                            row.getLong(5));
                }
            }
        }
    }
}
