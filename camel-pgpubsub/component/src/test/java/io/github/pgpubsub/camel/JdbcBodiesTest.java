package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A row from camel-sql or camel-jdbc is sent as PostgreSQL's row_to_json writes it. */
class JdbcBodiesTest {

    private static final String ROW = """
            select 1 as int, 9007199254740993 as bigint, 1.10 as numeric, 0.12345678901234567890 as long_numeric, 0.1::float8 as float8,
              'NaN'::float8 as nan, true as bool, 'é "x"' as text, 'c'::char(3) as char, null as nothing,
              date '2026-01-02' as date, time '03:04:05.006' as time, timestamptz '2026-01-02 03:04:05.000006' as timestamptz,
              'infinity'::timestamptz as infinite, interval '1 day 2 hours -0.5 seconds' as interval, interval '-14 months' as months,
              '{"a": [1.10, null]}'::jsonb as jsonb, '["b" ]'::json as json,
              array[1, null, 3] as ints, array[[1.10], [2]] as decimals, array['é', 'NULL'] as texts,
              array[timestamptz '2026-01-02 03:04:05'] as times, array['{"a": 1}'::jsonb] as jsons, '{}'::int[] as empty,
              '\\x00ff'::bytea as bytea, '0f8fad5b-d9cb-469f-a165-70867728950e'::uuid as uuid, inet '10.0.0.1/8' as inet,
              int4range(1, 5) as range, point '(1,2.5)' as point, '<a>é</a>'::xml as xml, '101'::varbit as bits,
              'cat & rat'::tsquery as tsquery""";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Inbox inbox = new Inbox();
    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        camel = new CamelWithPostgres(postgres).receive("pgpubsub:Rows?singleListener=false", inbox).start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    @Test
    void aRowIsSentAsRowToJsonWritesIt() throws Exception {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            JsonNode expected = new ObjectMapper()
                    .readTree(one(statement, "select row_to_json(t)::text as json from (" + ROW + ") t")
                            .get("json").toString());
            Map<String, Object> row = one(statement, ROW);

            camel.send("pgpubsub:Rows", row);
            camel.send("pgpubsub:Rows?payloadFormat=json", row);

            inbox.awaitSize(2);
            for (Object sent : inbox.bodies()) {
                JsonNode actual = new ObjectMapper().readTree(sent.toString());
                row.keySet().forEach(column -> assertThat(actual.get(column)).as(column).isEqualTo(expected.get(column)));
                assertThat(sent.toString()).contains("\"numeric\":1.10", "\"long_numeric\":0.12345678901234567890");
            }
        }
    }

    private static Map<String, Object> one(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            Map<String, Object> row = new LinkedHashMap<>();
            ResultSetMetaData columns = rows.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.put(columns.getColumnLabel(i), rows.getObject(i));
            }
            return row;
        }
    }
}
