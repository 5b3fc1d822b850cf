package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages and bounds walk their index, whatever the planner has heard of the tables, with plans for the values and without. */
class QueryPlanTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @ParameterizedTest
    @CsvSource({"force_custom_plan, fresh", "force_generic_plan, fresh", "force_custom_plan, truncated",
        "force_generic_plan, truncated",
        "force_custom_plan, analyzed", "force_generic_plan, analyzed"})
    void theIndexesAreUsed(String mode, String state) throws SQLException {
        postgres.execute("truncate pgpubsub.message; insert into pgpubsub.message (channel, payload)"
                + " select 'c' || i % 3, 'x' from generate_series(1, 30000) i");
        if (!state.equals("fresh")) {
            postgres.execute("analyze pgpubsub.message");
        }
        if (state.equals("truncated")) {
            postgres.execute("truncate pgpubsub.message; insert into pgpubsub.message (channel, payload)"
                    + " select 'c' || i % 3, 'x' from generate_series(1, 30000) i");
        }
        long last = postgres.number("select min(id) + 15000 from pgpubsub.message");
        String now = postgres.strings("select pg_current_snapshot()").get(0);
        try (Connection connection = postgres.connect()) {
            connection.createStatement().execute(LogQueries.settings("set") + "; set plan_cache_mode = " + mode);
            Object shards = connection.createArrayOf("int2", new Short[] {0});
            String page = explain(connection, Statement.REST, "c1", last, last + 20_000, "3:3:", now, now, "3:3:", now, "g", 1,
                    shards, 100, 1_000_000L);
            assertThat(page).as(page).doesNotContain("Seq Scan").doesNotContain("Bitmap").doesNotContain("Sort  ")
                    .contains("message_0_channel_id_idx").doesNotContain("txid_id_idx");
            assertThat(removed(page)).as(page).isLessThan(10);
            long bulk = postgres.number("select txid::text::bigint from pgpubsub.message limit 1");
            String stragglers = explain(connection, Statement.STRAGGLERS, bulk + ":" + (bulk + 1) + ":" + bulk, now,
                    bulk + ":" + (bulk + 1) + ":" + bulk, bulk + 1, now, "c1", last, last + 20_000, "g", 1, shards, 100, 100,
                    1_000_000L);
            assertThat(stragglers).as(stragglers).doesNotContain("Seq Scan").doesNotContain("Bitmap")
                    .contains("message_0_channel_txid_id_idx").doesNotContain("message_0_channel_id_idx");
            assertThat(removed(stragglers)).as(stragglers).isLessThan(10);
            assertThat(buffers(stragglers)).as(stragglers).isLessThan(60);
            long top = postgres.number("select max(id) from pgpubsub.message");
            String open = explain(connection, Statement.OPEN, 1L, 1L, new UUID(0, 1).toString(), now, top, "9", "c1", top,
                    "3:9:4,5",
                    "c1", "c1", "3:9:4,5", "9", 1L);
            assertThat(open).as(open).doesNotContain("Seq Scan on message").doesNotContain("Bitmap");
            assertThat(open.lines().filter(line -> line.contains("on message_0"))).as(open).hasSize(3)
                    .satisfiesExactlyInAnyOrder(line -> assertThat(line).contains("message_0_channel_id_idx"),
                            line -> assertThat(line).contains("message_0_channel_txid_id_idx"),
                            line -> assertThat(line).contains("message_0_channel_txid_id_idx"));
            assertThat(removed(open)).as(open).isLessThan(10);
        }
    }

    /** Of the whole query: the first line is the top node's. */
    private static long buffers(String plan) {
        Matcher hit = Pattern.compile("Buffers: shared hit=(\\d+)").matcher(plan);
        return hit.find() ? Long.parseLong(hit.group(1)) : 0;
    }

    private static long removed(String plan) {
        return plan.lines().filter(line -> line.contains("Rows Removed by Filter: "))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    private static String explain(Connection connection, Statement query, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("explain (analyze, buffers, costs off) "
                + new LogQueries("pgpubsub").sql(query))) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            StringBuilder plan = new StringBuilder();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }
}
