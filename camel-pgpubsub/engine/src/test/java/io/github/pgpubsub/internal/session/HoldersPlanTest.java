package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with very many locks does not compare each of them with each key that is asked for. */
class HoldersPlanTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(strings = {"force_custom_plan", "force_generic_plan"})
    void theKeysAreHashed(String mode) throws SQLException {
        for (String sql : new String[] {AdvisoryLocks.HOLDERS, AdvisoryLocks.HOLDERS_OF_UPPER_HALF}) {
            String plan = explain(mode, sql);
            assertThat(plan).as(plan).contains("hashed SubPlan").doesNotContain("Join").doesNotContain("Nested Loop");
        }
    }

    private static String explain(String mode, String sql) throws SQLException {
        String keys = IntStream.range(0, 10_000).mapToObj(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute("set plan_cache_mode = " + mode);
            statement.execute("prepare question (int8[]) as " + sql.replace("?", "$1"));
            StringBuilder plan = new StringBuilder();
            try (ResultSet lines = statement.executeQuery("explain execute question ('" + keys + "')")) {
                while (lines.next()) {
                    plan.append(lines.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }
}
