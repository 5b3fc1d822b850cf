package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The log in a test's database. */
final class KeptLog {

    private KeptLog() {}

    static void create(PostgresExtension postgres) throws SQLException {
        try (Connection connection = postgres.connect()) {
            new LogSchema("pgpubsub").prepare(connection, true, Use.RECEIVE);
        }
    }

    /** Empty again. TRUNCATE of all partitions makes dozens of files anew, which takes longer than most of these tests. */
    static void reset(PostgresExtension postgres) {
        postgres.execute("delete from pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked;"
                + " update pgpubsub.slot_opened set at = null, closed = null, failures = 0;"
                + " update pgpubsub.slot_opened set at = clock_timestamp() where slot = pg_sequence_last_value('pgpubsub.slot')");
    }

    static void age(PostgresExtension postgres) {
        postgres.execute("update pgpubsub.slot_opened set at = at - interval '30 days', closed = closed - interval '30 days'");
    }

    /** Everything is a month old, then one call: outcome and given-up messages, and who has not read. */
    static String rotate(PostgresExtension postgres, String arguments) {
        age(postgres);
        List<String> outcome = postgres.strings(
                "select concat_ws(' ', outcome, nullif(given_up, 0), array_to_string(groups, ',')) from pgpubsub.rotate("
                        + arguments + ")");
        return outcome.get(0);
    }

    static String rotate(PostgresExtension postgres) {
        return rotate(postgres, "");
    }
}
