package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** What the triggers of pgpubsub.watch write, whatever the statement and the table. */
class WatchTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    private static boolean watch(String arguments) {
        return Changes.watch(postgres, arguments);
    }

    private static List<String> take(String channel) {
        return Changes.takeShort(postgres, channel);
    }

    @Test
    void eachKindOfStatement() {
        postgres.execute("create table orders (id bigint primary key, state text)");
        assertThat(watch("'orders', 'orders'")).isTrue();
        postgres.execute("insert into orders values (7, 'new'), (8, null); update orders set state = 'paid' where id = 7;"
                + " delete from orders where id = 8; truncate orders");
        String source = ",\"source\":{\"schema\":\"public\",\"table\":\"orders\"}}";
        assertThat(Changes.take(postgres, "orders")).containsExactly(
                "7 {\"op\":\"c\",\"before\":null,\"after\":{\"id\":7,\"state\":\"new\"}" + source,
                "8 {\"op\":\"c\",\"before\":null,\"after\":{\"id\":8,\"state\":null}" + source,
                "7 {\"op\":\"u\",\"before\":{\"id\":7,\"state\":\"new\"},\"after\":{\"id\":7,\"state\":\"paid\"}" + source,
                "8 {\"op\":\"d\",\"before\":{\"id\":8,\"state\":null},\"after\":null" + source,
                "- {\"op\":\"t\",\"before\":null,\"after\":null" + source);
    }

    @Test
    void aStatementThatChangesNothingWritesNothing() {
        postgres.execute("create table still (id int primary key)");
        watch("'still', 'still'");
        postgres.execute("insert into still select 1 where false; update still set id = 2; delete from still");
        assertThat(take("still")).isEmpty();
    }

    @Test
    void whatIsRolledBackIsNotThere() throws SQLException {
        postgres.execute("create table rolled (id int primary key)");
        watch("'rolled', 'rolled'");
        postgres.execute("begin; insert into rolled values (1); savepoint s; insert into rolled values (2); rollback to s;"
                + " insert into rolled values (3); commit; begin; insert into rolled values (4); rollback");
        try (HandReader reader = HandReader.join(postgres, "rolled", "g", "earliest")) {
            assertThat(reader.read()).extracting(payload -> payload.replaceAll(".*\"after\":(\\{[^}]*\\}).*", "$1"))
                    .containsExactly("{\"id\":1}", "{\"id\":3}");
        }
    }

    /** Large rows take another statement, which must say the same. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5000})
    void theRowsComeInTheirOrderAndChangedKeysAreTwoChanges(int filler) {
        String table = "ordered_" + filler;
        postgres.execute("create table " + table + " (id int primary key, n int, filler text)");
        watch("'" + table + "', '" + table + "'");
        postgres.execute(
                "insert into " + table + " select 1000 - i, i, repeat('x', " + filler + ") from generate_series(1, 300) i");
        assertThat(take(table)).extracting(change -> change.replaceAll(" .*\"n\":([0-9]+).*", " $1"))
                .isEqualTo(IntStream.rangeClosed(1, 300).mapToObj(i -> 1000 - i + " " + i).toList());

        postgres.execute("update " + table + " set n = -n");
        assertThat(take(table)).hasSize(300).allMatch(change -> change.contains("\"op\":\"u\""))
                .extracting(change -> change.replaceAll(".*\"n\":([0-9]+).*\"n\":-([0-9]+).*", "$1 $2"))
                .isEqualTo(IntStream.rangeClosed(1, 300).mapToObj(i -> i + " " + i).toList());

        // Once the table is analyzed, the server may go by the index instead.
        postgres.execute("begin; set local enable_indexscan = off; set local enable_bitmapscan = off;"
                + " update " + table + " set id = id + 1000 * (n % 2) where id >= 997; commit");
        assertThat(take(table)).extracting(change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*", "$1 $2"))
                .containsExactly("999 d", "997 d", "-1 c", "998 u", "-3 c");
    }

    /** Who replays the changes must not delete a row that is there. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5000})
    void aKeyThatPassesFromRowToRow(int filler) {
        String table = "passed_" + filler;
        postgres.execute("create table " + table + " (id int primary key deferrable, filler text);"
                + " insert into " + table + " select i, repeat('x', " + filler + ") from generate_series(1, 3) i");
        watch("'" + table + "', '" + table + "'");
        postgres.execute("update " + table + " set id = id + 1");
        assertThat(take(table)).extracting(change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*", "$1 $2"))
                .containsExactly("1 d", "2 d", "3 d", "2 c", "3 c", "4 c");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5000})
    void keysOfSeveralColumnsAndNoKeys(int filler) {
        String table = "keys_" + filler;
        postgres.execute("create table " + table + " (b text, x text default repeat('x', " + filler + "), \"A \"\"%I'\" int,"
                + " primary key (\"A \"\"%I'\", b)); create table no_" + table + " (a int, x text default repeat('x', " + filler
                + "))");
        watch("'" + table + "', 'keys'");
        watch("'no_" + table + "', 'keys'");
        postgres.execute("insert into " + table + " values ('\"ü\\', default, 1); update " + table
                + " set b = 'b' ; insert into no_"
                + table + " values (1), (2); update no_" + table + " set a = a + 1; delete from no_" + table + " where a = 3");
        assertThat(take("keys"))
                .extracting(change -> change.replaceAll("\"x\":\"x*\"", "x").replaceAll("\"before\":null,|,\"after\":null", ""))
                .containsExactly("[1,\"\\\"ü\\\\\"] {\"op\":\"c\",\"after\":{\"b\":\"\\\"ü\\\\\",x,\"A \\\"%I'\":1}",
                        "[1,\"\\\"ü\\\\\"] {\"op\":\"d\",\"before\":{\"b\":\"\\\"ü\\\\\",x,\"A \\\"%I'\":1}",
                        "[1,\"b\"] {\"op\":\"c\",\"after\":{\"b\":\"b\",x,\"A \\\"%I'\":1}",
                        "- {\"op\":\"c\",\"after\":{\"a\":1,x}", "- {\"op\":\"c\",\"after\":{\"a\":2,x}",
                        "- {\"op\":\"d\",\"before\":{\"a\":1,x}", "- {\"op\":\"d\",\"before\":{\"a\":2,x}",
                        "- {\"op\":\"c\",\"after\":{\"a\":2,x}", "- {\"op\":\"c\",\"after\":{\"a\":3,x}",
                        "- {\"op\":\"d\",\"before\":{\"a\":3,x}");
    }

    /** Columns that an index only includes are no part of the key; up to four columns make a key in one way, more in another. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7})
    void keysOfAnyNumberOfColumns(int columns) {
        String table = "wide_" + columns;
        List<String> names = IntStream.rangeClosed(1, columns).mapToObj(i -> "k" + i).toList();
        postgres.execute("create table " + table + " (x int, " + String.join(" int, ", names) + " int, primary key ("
                + String.join(", ", names)
                + ") include (x))");
        watch("'" + table + "', '" + table + "'");
        String values = IntStream.rangeClosed(1, columns).mapToObj(Integer::toString)
                .collect(java.util.stream.Collectors.joining(","));
        postgres.execute(
                "insert into " + table + " values (9, " + values + "); update " + table + " set x = 8; delete from " + table);
        assertThat(take(table)).extracting(change -> change.substring(0, change.indexOf(' ')))
                .containsOnly(columns == 1 ? values : "[" + values + "]").hasSize(3);
    }

    /** What the trigger sets for itself, a writer must not find. */
    @Test
    void theWritersSettingsStay() throws SQLException {
        postgres.execute("create table settings (id int primary key, i interval)");
        watch("'settings', 'settings'");
        try (Connection writer = postgres.connect(); java.sql.Statement sql = writer.createStatement()) {
            writer.setAutoCommit(false);
            sql.execute(
                    "set timezone = 'Asia/Tokyo'; set intervalstyle = iso_8601; set bytea_output = escape; set extra_float_digits = 0;"
                            + " set quote_all_identifiers = on; insert into settings values (1, '1 day')");
            try (java.sql.ResultSet row = sql
                    .executeQuery("select concat_ws(' ', current_setting('timezone'), current_setting('intervalstyle'),"
                            + " current_setting('bytea_output'), current_setting('extra_float_digits'), current_setting('quote_all_identifiers'),"
                            + " current_setting('enable_seqscan'), current_setting('search_path'))")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("Asia/Tokyo iso_8601 escape 0 on on \"$user\", public");
            }
            writer.commit();
        }
        assertThat(take("settings")).singleElement().asString().contains("\"i\":\"1 day\"");
    }

    /** The names of the trigger's own variables, aliases and tables. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5000})
    void columnsOfAnyName(int filler) {
        String table = "\"Bestellungen 'ü' \"\"%s\"\" \\ " + filler + "\"";
        postgres.execute("create table " + table + " (n int primary key, o int, i int, j json, k text default repeat('x', "
                + filler
                + "), key int, keys int, watch int, largest int, tail int, channel int, r int, a int, b int, c int, p int, cut int, columns int, settings int, former int, s int, name int, value int,"
                + " tg_op int, pgpubsub_new int, pgpubsub_old int, \"table\" int, \"ü\" int)");
        watch("'" + table.replace("'", "''") + "', 'any ''name'' \\ ü'");
        postgres.execute("insert into " + table + " (n, o) values (1, 2), (2, 3); update " + table
                + " set \"ü\" = 5; delete from " + table);
        assertThat(take("any 'name' \\ ü"))
                .extracting(change -> change.replaceAll("^(\\d \\{\"op\":\".).*\"(n\":\\d,\"o\":\\d).*", "$1 $2"))
                .containsExactly("1 {\"op\":\"c n\":1,\"o\":2", "2 {\"op\":\"c n\":2,\"o\":3", "1 {\"op\":\"u n\":1,\"o\":2",
                        "2 {\"op\":\"u n\":2,\"o\":3", "1 {\"op\":\"d n\":1,\"o\":2", "2 {\"op\":\"d n\":2,\"o\":3");
    }

    /** As PostgreSQL writes them in JSON; the writer's settings change nothing. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5000})
    void valuesOfEveryType(int filler) throws SQLException {
        String table = "types_" + filler;
        if (filler == 0) {
            postgres.execute("create type mood as enum ('sad', 'ok'); create domain pos as numeric check (value > 0);"
                    + " create type pair as (a int, b timestamptz)");
        }
        postgres.execute("create table " + table + " (id uuid primary key, filler text default repeat('x', " + filler
                + "), gone int,"
                + " i2 smallint, i8 bigint, num numeric, nan numeric, f4 real, f8 float8, inf float8, yes bool, c char(3), v varchar, raw bytea,"
                + " d date, t time, ttz timetz, ts timestamp, tstz timestamptz, forever timestamptz, iv interval, j json, jb jsonb, m mood,"
                + " p pos, pr pair, prs pair[], ints int[], matrix int[], texts text[], r daterange, rtz tstzrange, net inet, bits bit(3), money money,"
                + " xid xid8, cls regclass, pt point, vec tsvector, times timestamptz[], twice int generated always as (i2 * 2) stored);"
                + " alter table " + table + " drop column gone");
        watch("'" + table + "', '" + table + "'");
        String values = "('00000000-0000-0000-0000-000000000001', default, -1, 9007199254740993, 1234567890.12345678901234567890, 'NaN', 0.1,"
                + " 0.1, '-Infinity', true, 'ab', E'a\\n\"\\u00fc\\U0001F418', '\\x00ff', '2026-01-31', '08:00:01.5', '08:00:01+02',"
                + " '2026-01-31 08:00:00.123456', '2026-01-31 08:00:00.123456+01', 'infinity', '1 year 2 days 03:00:00', '{\"b\": 1, \"b\":2}',"
                + " '{\"z\": 1.50, \"a\": null}', 'ok', 5, (1, '2026-01-31 08:00:00+01'), array[(1, '2026-01-31 08:00:00+01')::pair],"
                + " '{1,null,3}', '{{1,2},{3,4}}', '{\"a b\",NULL,\"\"}', '[2026-01-31,2026-02-28)', '[2026-01-31 08:00:00+01,)', '10.0.0.1/8',"
                + " B'101', 12.5, '5', 'pg_class', '(1,2)', 'a fat cat', '{2026-01-31 08:00:00+01}')";
        // The driver wants to hear of no other DateStyle. From PostgreSQL 14 on it hears of what a statement leaves behind only.
        boolean hears = postgres.number("select current_setting('server_version_num')") < 140_000;
        String strange = hears ? "ISO, MDY" : "SQL, DMY";
        try (Connection writer = postgres.connect(); java.sql.Statement sql = writer.createStatement()) {
            sql.execute("set timezone = 'Asia/Tokyo'; set intervalstyle = 'iso_8601'; set bytea_output = 'escape';"
                    + " set extra_float_digits = -5; set quote_all_identifiers = on; set search_path = public; set enable_hashjoin = off");
            sql.execute("do $do$ begin perform set_config('datestyle', '" + strange + "', true); insert into " + table
                    + " values " + values
                    + "; perform set_config('datestyle', 'ISO, MDY', true); end $do$");
            sql.execute("set standard_conforming_strings = off");
            sql.execute("do $do$ begin perform set_config('datestyle', '" + strange + "', true); update " + table
                    + " set i2 = 3; delete from "
                    + table + "; perform set_config('datestyle', 'ISO, MDY', true); end $do$");
        }
        String row = "{\"id\":\"00000000-0000-0000-0000-000000000001\",\"filler\":\"" + "x".repeat(filler)
                + "\",\"i2\":-1,\"i8\":9007199254740993,\"num\":1234567890.12345678901234567890,\"nan\":\"NaN\",\"f4\":0.1,\"f8\":0.1,"
                + "\"inf\":\"-Infinity\",\"yes\":true,\"c\":\"ab \",\"v\":\"a\\n\\\"ü\uD83D\uDC18\",\"raw\":\"\\\\x00ff\",\"d\":\"2026-01-31\","
                + "\"t\":\"08:00:01.5\",\"ttz\":\"08:00:01+02\",\"ts\":\"2026-01-31T08:00:00.123456\",\"tstz\":\"2026-01-31T07:00:00.123456+00:00\","
                + "\"forever\":\"infinity\",\"iv\":\"1 year 2 days 03:00:00\",\"j\":{\"b\": 1, \"b\":2},\"jb\":{\"a\": null, \"z\": 1.50},\"m\":\"ok\","
                + "\"p\":5,\"pr\":{\"a\":1,\"b\":\"2026-01-31T07:00:00+00:00\"},\"prs\":[{\"a\":1,\"b\":\"2026-01-31T07:00:00+00:00\"}],"
                + "\"ints\":[1,null,3],\"matrix\":[[1,2],[3,4]],\"texts\":[\"a b\",null,\"\"],\"r\":\"[2026-01-31,2026-02-28)\","
                + "\"rtz\":\"[\\\"2026-01-31 07:00:00+00\\\",)\",\"net\":\"10.0.0.1/8\",\"bits\":\"101\",\"money\":\"$12.50\",\"xid\":\"5\","
                + "\"cls\":\"pg_class\",\"pt\":\"(1,2)\",\"vec\":\"'a' 'cat' 'fat'\",\"times\":[\"2026-01-31T07:00:00+00:00\"],\"twice\":-2}";
        String later = row.replace("\"i2\":-1", "\"i2\":3").replace("\"twice\":-2", "\"twice\":6");
        String id = "00000000-0000-0000-0000-000000000001 ";
        // Outside of the locale C, money has spaces or other signs; the trigger sets it.
        assertThat(take(table)).containsExactly(id + "{\"op\":\"c\",\"before\":null,\"after\":" + row,
                id + "{\"op\":\"u\",\"before\":" + row + ",\"after\":" + later,
                id + "{\"op\":\"d\",\"before\":" + later + ",\"after\":null");
    }

    @Tag("long")
    @Test
    void aRowThatIsTooLargeIsItsKey() {
        postgres.execute(
                "create table large (a int, b text, x bytea, primary key (a, b)); create table large_without_key (x text)");
        watch("'large', 'large'");
        watch("'large_without_key', 'large'");
        // Each byte is two characters, and in the second row a few stored bytes are six characters each.
        postgres.execute(
                "insert into large values (1, 'b', decode(repeat('00', 3000000), 'hex')), (2, 'b', decode(repeat('00', 5000000), 'hex'));"
                        + " update large set x = '' where a = 2; insert into large_without_key values (repeat(chr(1), 1500000))");
        assertThat(take("large")).extracting(change -> change.replaceAll("\"x\":\"\\\\\\\\x(00)+\"", "x")).containsExactly(
                "[1,\"b\"] {\"op\":\"c\",\"before\":null,\"after\":{\"a\":1,\"b\":\"b\",x}",
                "[2,\"b\"] {\"op\":\"c\",\"before\":null,\"after\":{\"a\":2,\"b\":\"b\"},\"oversize\":true",
                "[2,\"b\"] {\"op\":\"u\",\"before\":{\"a\":2,\"b\":\"b\"},\"after\":{\"a\":2,\"b\":\"b\",\"x\":\"\\\\x\"},\"oversize\":true",
                "- {\"op\":\"c\",\"before\":null,\"after\":{},\"oversize\":true");
    }

    @Test
    void copyUpsertAndCascade() throws Exception {
        postgres.execute("create table parent (id int primary key); create table child (id int primary key, parent int"
                + " references parent on delete cascade on update cascade)");
        watch("'parent', 'family'");
        watch("'child', 'family'");
        try (Connection writer = postgres.connect()) {
            writer.unwrap(PGConnection.class).getCopyAPI().copyIn("copy parent from stdin", new StringReader("1\n2\n"));
        }
        postgres.execute("insert into parent values (2), (3) on conflict do nothing;"
                + " insert into child values (1, 1), (2, 1), (3, 3);"
                + " insert into child values (3, 3), (4, 3) on conflict (id) do update set parent = null;"
                + " delete from parent where id = 1; truncate parent cascade");
        assertThat(take("family")).extracting(change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*", "$1 $2"))
                .containsExactlyInAnyOrder("1 c", "2 c", "3 c", "1 c", "2 c", "3 c", "4 c", "3 u", "1 d", "1 d", "2 d", "- t",
                        "- t");
    }

    @Test
    void merge() {
        assumeTrue(postgres.number("select current_setting('server_version_num')") >= 150_000);
        postgres.execute("create table merged (id int primary key, n int); insert into merged values (1, 1), (2, 2)");
        watch("'merged', 'merged'");
        postgres.execute(
                "merge into merged m using (values (1), (2), (3)) v (id) on m.id = v.id when matched and m.id = 1 then delete"
                        + " when matched then update set n = 5 when not matched then insert values (v.id, 9)");
        assertThat(take("merged")).extracting(change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*", "$1 $2"))
                .containsExactlyInAnyOrder("1 d", "2 u", "3 c");
    }

    @Test
    void partitions() {
        postgres.execute(
                "create schema parts; create table parts.p (id int, at int, primary key (id, at)) partition by range (at);"
                        + " create table parts.p1 partition of parts.p for values from (0) to (10);"
                        + " create table parts.p2 (x text, at int not null, id int not null); alter table parts.p2 drop column x;"
                        + " alter table parts.p attach partition parts.p2 for values from (10) to (20)");
        watch("'parts.p', 'parts'");
        postgres.execute("insert into parts.p values (1, 1), (2, 12); insert into parts.p1 values (3, 3);"
                + " update parts.p set at = at + 10 where at < 10; update parts.p2 set at = 15 where id = 2; delete from parts.p where id = 1");
        assertThat(Changes.take(postgres, "parts")).extracting(
                change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*(\\{.*\\}).*\"table\":\"(.*)\"\\}\\}$", "$1 $2 $3 $4"))
                .containsExactly(
                        "[1,1] c {\"id\":1,\"at\":1} p", "[2,12] c {\"id\":2,\"at\":12} p", "[3,3] c {\"id\":3,\"at\":3} p1",
                        "[1,1] d {\"id\":1,\"at\":1} p", "[3,3] d {\"id\":3,\"at\":3} p",
                        "[1,11] c {\"id\":1,\"at\":11} p", "[3,13] c {\"id\":3,\"at\":13} p",
                        "[2,12] d {\"at\":12,\"id\":2} p2", "[2,15] c {\"at\":15,\"id\":2} p2",
                        "[1,11] d {\"id\":1,\"at\":11} p");

        // One that comes later is written through the table at once, and by its own name after the next call.
        postgres.execute("create table parts.p3 partition of parts.p for values from (20) to (30);"
                + " insert into parts.p values (5, 25); insert into parts.p3 values (6, 26)");
        assertThat(take("parts")).hasSize(1);
        assertThat(watch("'parts.p', 'parts'")).isTrue();
        assertThat(watch("'parts.p', 'parts'")).isFalse();
        postgres.execute("insert into parts.p3 values (7, 27); truncate parts.p3");
        assertThat(Changes.take(postgres, "parts")).hasSize(2).last().asString().contains("\"op\":\"t\"", "\"table\":\"p3\"");
        assertThat(postgres.strings("select pgpubsub.unwatch('parts.p')")).containsExactly("t");
        assertThat(postgres
                .number("select count(*) from pg_trigger where tgrelid::regclass::text like 'parts.%' and not tgisinternal"))
                .isZero();
    }

    /** A trigger that keeps a moved row out leaves an old row without a new one. */
    @Test
    void aMovedRowThatDoesNotArrive() {
        postgres.execute("create table moved (id int primary key) partition by range (id);"
                + " create table moved1 partition of moved for values from (0) to (10);"
                + " create table moved2 partition of moved for values from (10) to (20);"
                + " create function keep_out() returns trigger language plpgsql as 'begin if new.id % 2 = 0 then return null; end if; return new; end';"
                + " create trigger keep_out before insert on moved2 for each row execute function keep_out();"
                + " insert into moved values (1), (2), (3)");
        watch("'moved', 'moved'");
        postgres.execute("update moved set id = id + 10");
        assertThat(take("moved")).extracting(change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*", "$1 $2"))
                .containsExactlyInAnyOrder("1 d", "2 d", "3 d", "11 c", "13 c");
    }

    @Test
    void tablesThatInherit() {
        postgres.execute(
                "create table animals (id int primary key); create table birds (wings int, primary key (id)) inherits (animals)");
        watch("'animals', 'animals'");
        postgres.execute(
                "insert into animals values (1); insert into birds values (2, 2); update animals set id = id + 0; truncate animals");
        assertThat(Changes.take(postgres, "animals")).extracting(
                change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*\"after\":(.*),\"source.*\"table\":\"(.*)\"\\}\\}$",
                        "$1 $2 $3 $4"))
                .containsExactlyInAnyOrder("1 c {\"id\":1} animals", "2 c {\"id\":2,\"wings\":2} birds", "1 u {\"id\":1} animals",
                        "2 u {\"id\":2} animals", "- t null animals", "- t null birds");
    }

    /** The plan of the first statement is kept, and must do for the next ones. */
    @Tag("long")
    @Test
    void manyRowsAfterFewTakeNoLongTime() throws SQLException {
        postgres.execute("create table grown (id int primary key, n int)");
        watch("'grown', 'grown'");
        try (Connection writer = postgres.connect(); java.sql.Statement sql = writer.createStatement()) {
            sql.execute("insert into grown values (0, 0); update grown set n = 1");
            sql.execute("insert into grown select i, i from generate_series(1, 20000) i; update grown set n = n + 1");
        }
        assertThat(postgres
                .number("select count(*) from pgpubsub.message where channel = 'grown' and payload like '{\"op\":\"u\"%'"))
                .isEqualTo(20_002);
        take("grown");
    }

    @Test
    void aWriterWhoseTriggersAreSwitchedOffWritesNothing() {
        postgres.execute("create table applied (id int primary key)");
        watch("'applied', 'applied'");
        postgres.execute("begin; set local session_replication_role = replica; insert into applied values (1); commit;"
                + " insert into applied values (2)");
        assertThat(take("applied")).hasSize(1);
    }
}
