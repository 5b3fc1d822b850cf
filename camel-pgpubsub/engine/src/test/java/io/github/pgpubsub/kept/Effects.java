package io.github.pgpubsub.kept;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** What handlers write into the table {@code effect}, in the transactions of their messages. */
final class Effects {

    private Effects() {}

    static void write(List<KeptMessage> batch) throws SQLException {
        for (KeptMessage message : batch) {
            write(message);
        }
    }

    static void write(KeptMessage message) throws SQLException {
        try (PreparedStatement insert = message.connection().prepareStatement("insert into effect values (?)")) {
            insert.setString(1, message.payload());
            insert.execute();
        }
    }

    /** The payloads, in the order of their numbers. */
    static List<String> all(PostgresExtension postgres) {
        return postgres.strings("select payload from effect order by payload::int");
    }
}
