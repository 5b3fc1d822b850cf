package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What pgpubsub.watch(durable => false) notifies plain channels of. */
class WatchPlainTest {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of("max_prepared_transactions", "5"));

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    /** A notification that is committed after the others comes after them. */
    private static List<String> received(String channel, String sql) throws SQLException {
        List<String> payloads = new ArrayList<>();
        try (Connection listener = postgres.connect()) {
            listener.createStatement().execute("listen \"" + channel + '"');
            postgres.execute(sql);
            postgres.notify(channel, "end");
            while (true) {
                for (PGNotification each : listener.unwrap(PGConnection.class).getNotifications(30_000)) {
                    if (each.getParameter().equals("end")) {
                        return payloads;
                    }
                    payloads.add(each.getParameter());
                }
            }
        }
    }

    private static void watch(String table) {
        postgres.execute("select pgpubsub.watch('" + table + "', 'plain', durable => false)");
    }

    @Test
    void theKeysOfEachStatement() throws SQLException {
        postgres.execute("create table orders (id bigint primary key, state text)");
        watch("orders");
        String source = ",\"source\":{\"schema\":\"public\",\"table\":\"orders\"}}";
        assertThat(received("plain", "insert into orders values (7, repeat('x', 100000)), (8, ''); update orders set state = '';"
                + " update orders set id = 9 where id = 8; update orders set id = 1 where false; delete from orders where id = 7; truncate orders"))
                .containsExactly("{\"op\":\"c\",\"keys\":[7,8]" + source, "{\"op\":\"u\",\"keys\":[7,8]" + source,
                        "{\"op\":\"u\",\"keys\":[9,8]" + source, "{\"op\":\"d\",\"keys\":[7]" + source,
                        "{\"op\":\"t\",\"keys\":null" + source);
        assertThat(postgres.number("select count(*) from pgpubsub.message")).isZero();
    }

    @Test
    void composedKeysAndNone() throws SQLException {
        postgres.execute(
                "create table composed (b text, \"A \"\"%I'\" timestamptz, primary key (\"A \"\"%I'\", b)); create table keyless (a int)");
        watch("composed");
        watch("keyless");
        assertThat(received("plain", "set timezone = 'Asia/Tokyo'; insert into composed values ('ü\"', '2026-01-31 08:00:00+00');"
                + " insert into keyless values (1), (2); delete from keyless"))
                .extracting(each -> each.replaceAll(",\"source.*", "")).containsExactly(
                        "{\"op\":\"c\",\"keys\":[[\"2026-01-31T08:00:00+00:00\",\"ü\\\"\"]]", "{\"op\":\"c\",\"keys\":null",
                        "{\"op\":\"d\",\"keys\":null");
    }

    @Test
    void allOfThemFit() throws SQLException {
        postgres.execute("create table many (id text primary key)");
        watch("many");
        List<String> all = received("plain", "insert into many select i || repeat('ü', i % 100) from generate_series(1, 10000) i;"
                + " insert into many values ('é' || repeat(chr(1), 2000)), ('short')");
        assertThat(all).allSatisfy(each -> assertThat(each.getBytes(StandardCharsets.UTF_8).length).isLessThan(8000));
        assertThat(all).filteredOn(each -> each.contains("\"keys\":null")).hasSize(1);
        assertThat(all).anyMatch(each -> each.contains("[\"short\"]"));
        assertThat(all.size()).isBetween(100, 200);
        assertThat(all.stream()
                .flatMap(each -> java.util.regex.Pattern.compile("\"(\\d+)ü*\"").matcher(each).results().map(m -> m.group(1)))
                .toList())
                .isEqualTo(IntStream.rangeClosed(1, 10_000).mapToObj(Integer::toString).toList());
    }

    @Test
    void aWriterNeedsNoRightsAndAPreparedTransactionSaysNothing() throws SQLException {
        postgres.createRole("writer", "secret");
        postgres.execute("create table public.written (id int primary key); grant insert, select on written to writer;"
                + " grant usage on schema public to writer");
        watch("written");
        assertThat(received("plain", "set role writer; insert into written values (1)")).hasSize(1);
        assertThat(received("plain",
                "begin; set local pgpubsub.wake_up = none; insert into written values (2); prepare transaction 'two'")).isEmpty();
        postgres.execute("commit prepared 'two'");
        assertThat(received("plain", "set pgpubsub.wake_up = none; insert into written values (3)")).isEmpty();
    }
}
