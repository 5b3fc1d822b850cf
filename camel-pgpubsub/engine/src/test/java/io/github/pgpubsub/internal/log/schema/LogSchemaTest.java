package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** Who makes the log, and what those are told who can't use it. */
class LogSchemaTest {

    private static final String FORBID = "create or replace function public.forbid() returns event_trigger language plpgsql as"
            + " 'begin raise exception ''DDL''; end'; create event trigger forbid on ddl_command_start execute function public.forbid()";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final String role = "role_" + UUID.randomUUID().toString().substring(0, 8);

    private static void prepare(Connection connection, String schema, Use use) throws SQLException {
        new LogSchema(schema).prepare(connection, true, use);
    }

    private Connection connectAsRole() throws SQLException {
        return DriverManager.getConnection(postgres.url(), role, "secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub", "Mixed.Case", "o'dd\"quotes", "tags $body$ $body_$ $sql$", "50% {d 'x'} ? \\ $1",
        "Küche\nneu", "--"})
    void anyNameWillDo(String schema) throws SQLException {
        try (Connection connection = postgres.connect()) {
            prepare(connection, schema, Use.RECEIVE);
            try (HandReader reader = HandReader.join(postgres.connect(), schema, "c", "g", "now")) {
                String name = new SchemaName(schema).identifier();
                reader.execute("select " + name + ".publish('c', 'hello', 'k', '{\"a\": 1}')");
                assertThat(reader.read()).containsExactly("hello");
                reader.execute("select " + name + ".rotate(); select " + name + ".seek('c', 'g', 'earliest'); select " + name
                        + ".rebase();"
                        + " select " + name + ".requeue('c', 'g'); select count(*) from " + name + ".groups; select " + name
                        + ".drop_group('c', 'g')");
                reader.execute("create table watched (id int primary key, x text); select " + name
                        + ".watch('watched', 'w'), " + name + ".watch('watched', 'w', durable => false);"
                        + " insert into watched values (1, 'a'), (2, repeat('x', 5000)); update watched set x = ''; delete from watched; truncate watched");
                assertThat(postgres.number("select count(*) from " + name + ".message where channel = 'w'")).isEqualTo(7);
                reader.execute("select " + name + ".unwatch('watched'); drop table watched");
            }
            // The settings keep their names.
            assertThat(postgres.number("select count(*) from pg_proc where proname = 'wake_up' and pronamespace ="
                    + " (select oid from pg_namespace where nspname = ?) and prosrc like '%''pgpubsub.wake_up''%'", schema))
                    .isEqualTo(1);
            postgres.execute(FORBID);
            prepare(connection, schema, Use.SEND);
            assertThat(connection.getAutoCommit()).isTrue();
        } finally {
            postgres.execute("drop event trigger if exists forbid");
        }
    }

    @Test
    void manyThatStartAtOnceMakeOneLog() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> starts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                starts.add(threads.submit(() -> {
                    try (Connection connection = postgres.connect()) {
                        prepare(connection, "at once", Use.RECEIVE);
                    }
                    return null;
                }));
            }
            for (Future<?> start : starts) {
                start.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(postgres.number("select number from \"at once\".version")).isEqualTo(1);
    }

    /** Names in defaults, views and checks are looked up when they are made, with the installer's search_path. */
    @Test
    void aHostileSearchPathDoesNotMatter() throws SQLException {
        postgres.execute(
                "create schema hostile; create function hostile.octet_length(text) returns int language sql as 'select 1/0';"
                        + " create function hostile.clock_timestamp() returns timestamptz language sql as 'select (1/0)::text::timestamptz';"
                        + " create domain hostile.text as bytea; create table hostile.pg_class (a int);"
                        + " create function hostile.ge(bigint, bigint) returns bool language sql as 'select 1/0 = 1';"
                        + " create operator hostile.> (function = hostile.ge, leftarg = bigint, rightarg = bigint)");
        try (Connection connection = postgres.connect()) {
            connection.createStatement().execute("set search_path = hostile, pg_catalog");
            prepare(connection, "hostage", Use.RECEIVE);
            assertThat(searchPath(connection)).isEqualTo("hostile, pg_catalog");
            try (HandReader reader = HandReader.join(connection, "hostage", "c", "g", "now")) {
                reader.execute("insert into hostage.message (channel, payload) values ('c', 'a'); select * from hostage.groups");
                assertThat(reader.read()).containsExactly("a");
            }
        }
        assertThat(postgres
                .strings("select a.atttypid::regtype::text from pg_attribute a where attrelid = 'hostage.message'::regclass"
                        + " and attname = 'payload'"))
                .containsExactly("text");
    }

    /** What follows in the same session goes to its own schema. Flyway and Liquibase set the path anew, psql does not. */
    @Test
    void theFilePutsTheSearchPathBack() throws SQLException, IOException {
        try (Connection connection = postgres.connect(); java.sql.Statement sql = connection.createStatement()) {
            sql.execute("create schema mine; set search_path = mine, public");
            sql.execute(file("put back"));
            assertThat(searchPath(connection)).isEqualTo("mine, public");
            sql.execute("create table orders (id int)");
            assertThat(postgres.strings("select to_regclass('mine.orders')")).containsExactly("mine.orders");
        }
    }

    private static String searchPath(Connection connection) throws SQLException {
        try (java.sql.Statement sql = connection.createStatement(); ResultSet row = sql.executeQuery("show search_path")) {
            row.next();
            return row.getString(1);
        }
    }

    private static String file(String schema) throws IOException {
        try (InputStream in = LogSchema.class.getResourceAsStream("/" + LogSchema.FOLDER + "pgpubsub-1.sql")) {
            return new SchemaName(schema).inFile(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void whereItMayNotBeMadeTheFileIsNamed() throws SQLException {
        try (Connection connection = postgres.connect()) {
            assertThatThrownBy(() -> new LogSchema("absent").prepare(connection, false, Use.SEND))
                    .isInstanceOf(LogSchemaException.class).hasMessageContaining("createLog=false")
                    .hasMessageContaining("io/github/pgpubsub/log/pgpubsub-1.sql")
                    .hasMessageContaining("\"absent\" for pgpubsub");
        }
        postgres.createRole(role, "secret");
        try (Connection connection = connectAsRole()) {
            assertThatThrownBy(() -> prepare(connection, "absent", Use.SEND)).isInstanceOf(LogSchemaException.class)
                    .hasMessageContaining("pgpubsub-1.sql")
                    .hasMessageContaining("grant create on database \"" + postgres.database() + "\" to \"" + role + "\";");
            postgres.execute("grant create on database " + postgres.database() + " to " + role);
            prepare(connection, "absent", Use.RECEIVE);
        }
        postgres.execute("drop schema absent cascade; revoke create on database " + postgres.database() + " from " + role);
    }

    @Test
    void anOlderLogIsBroughtUpToDateAndANewerOneRefused() throws SQLException {
        LogSchema next = new LogSchema("aged", "io/github/pgpubsub/log/planted/", 2);
        try (Connection connection = postgres.connect()) {
            prepare(connection, "aged", Use.SEND);
            assertThatThrownBy(() -> next.prepare(connection, false, Use.SEND)).hasMessageContaining("has version 1")
                    .hasMessageContaining("needs 2").hasMessageContaining("planted/pgpubsub-2.sql");
            next.prepare(connection, true, Use.SEND);
            assertThat(postgres.number("select number from aged.version")).isEqualTo(2);
            assertThat(postgres.number("select count(planted) from aged.parked")).isZero();
            assertThatThrownBy(() -> prepare(connection, "aged", Use.SEND)).isInstanceOf(LogSchemaException.class)
                    .hasMessageContaining("has version 2").hasMessageContaining("newer release");
        }
    }

    @Test
    void theFileItselfCanBeRunTwice() throws SQLException, IOException {
        String file = file("twice");
        postgres.execute(file);
        postgres.execute("insert into twice.message (channel) values ('c'); select setval('twice.slot', 2)");
        postgres.execute(file);
        assertThat(postgres.number("select count(*) + pg_sequence_last_value('twice.slot') from twice.message")).isEqualTo(3);
    }

    /** What the exception says is enough, and what it does not say is refused. */
    @Test
    void whoOnlySends() throws SQLException {
        KeptLog.create(postgres);
        postgres.createRole(role, "secret");
        try (Connection connection = connectAsRole(); java.sql.Statement sql = connection.createStatement()) {
            grantWhatIsMissing(connection, Use.SEND);
            sql.execute(
                    "insert into pgpubsub.message (channel, key, payload, headers) values ('c', 'k', 'a', '{}') returning id");
            sql.execute("insert into pgpubsub.message (channel, bytes) values ('c', 'a'); select pgpubsub.publish('c', 'b')");
            UUID me = UUID.randomUUID();
            sql.execute("do $$ declare i bigint := pgpubsub.fence('" + me
                    + "'); begin assert (select count(*) from pgpubsub.send('" + me
                    + "', i, 1, null, array['c', 'c'], array[null, 'k'], array['x', 'y'], null, array[null, '{}'])) = 2; end $$");
            for (String forged : List.of("txid) values ('c', '3", "id) values ('c', '1", "slot) values ('c', '2",
                    "at) values ('c', 'now",
                    "sender) values ('c', '" + me, "context) values ('c', '" + me, "batch) values ('c', '1",
                    "for_group) values ('c', 'g")) {
                assertRefused(sql, "insert into pgpubsub.message (channel, " + forged + "')");
            }
            for (String statement : List.of("select payload from pgpubsub.message", "delete from pgpubsub.message",
                    "truncate pgpubsub.message", "insert into pgpubsub.message_1 (channel) values ('c')",
                    "select * from pgpubsub.place",
                    "select * from pgpubsub.subscriber", "select * from pgpubsub.sender", "select pgpubsub.rotate()",
                    "select pgpubsub.seek('c', 'g', 'now')", "select setval('pgpubsub.slot', 2)", "select pgpubsub.rebase()",
                    "select pgpubsub.drop_group('c', 'g')", "update pgpubsub.message set payload = 'x'",
                    "table pgpubsub.parked")) {
                assertRefused(sql, statement);
            }
        }
        postgres.execute("drop owned by " + role);
    }

    @Test
    void whoOnlyReceives() throws SQLException {
        KeptLog.create(postgres);
        postgres.createRole(role, "secret");
        try (Connection connection = connectAsRole(); java.sql.Statement sql = connection.createStatement()) {
            grantWhatIsMissing(connection, Use.RECEIVE);
            try (HandReader reader = HandReader.join(connectAsRole(), "pgpubsub", "received", "g", "now")) {
                postgres.execute("insert into pgpubsub.message (channel, payload) values ('received', 'a')");
                assertThat(reader.read()).containsExactly("a");
                reader.execute("update pgpubsub.subscriber set reader = gen_random_uuid(), leader = 'me' where no = " + reader.no
                        + "; insert into pgpubsub.seen (no) values (" + reader.no
                        + ") on conflict (no) do update set at = excluded.at;"
                        + " select pgpubsub.rotate(); select * from pgpubsub.groups; select pgpubsub.requeue('received', 'g')");
            }
            for (String statement : List.of("insert into pgpubsub.message (channel) values ('c')", "delete from pgpubsub.message",
                    "truncate pgpubsub.message", "select pgpubsub.publish('c', 'a')",
                    "update pgpubsub.subscriber set grp = 'other'",
                    "delete from pgpubsub.place", "select pgpubsub.rebase()", "select setval('pgpubsub.slot', 2)",
                    "delete from pgpubsub.parked", "select * from pgpubsub.sender")) {
                assertRefused(sql, statement);
            }
        }
        postgres.execute("drop owned by " + role);
    }

    /** A plain consumer asks for its warning: without a right it gets no row, and no error. */
    @Test
    void whoOnlyWantsToKnowWhetherThereIsALog() throws SQLException {
        KeptLog.create(postgres);
        postgres.createRole(role, "secret");
        try (Connection connection = connectAsRole()) {
            assertThat(isReadable(connection, "absent")).isFalse();
            assertThat(isReadable(connection, "pgpubsub")).isFalse();
            postgres.execute("grant usage on schema pgpubsub to " + role);
            assertThat(isReadable(connection, "pgpubsub")).isFalse();
            postgres.execute("grant select on pgpubsub.subscriber to " + role);
            assertThat(isReadable(connection, "pgpubsub")).isTrue();
        }
        postgres.execute("drop owned by " + role);
    }

    private static boolean isReadable(Connection connection, String schema) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(new LogQueries("pgpubsub").sql(Statement.READABLE))) {
            ask.setString(1, schema);
            return ask.executeQuery().next();
        }
    }

    private void grantWhatIsMissing(Connection connection, Use use) throws SQLException {
        for (int i = 0; i < 3; i++) {
            try {
                prepare(connection, "pgpubsub", use);
                return;
            } catch (LogSchemaException e) {
                String message = e.getMessage();
                postgres.execute(message.substring(message.indexOf("calls: ") + "calls: ".length()));
            }
        }
        prepare(connection, "pgpubsub", use);
    }

    private static void assertRefused(java.sql.Statement sql, String statement) {
        assertThatThrownBy(() -> sql.execute(statement)).as(statement).isInstanceOfSatisfying(PSQLException.class,
                e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    /** As the component refuses them: who reads these channels, or is such a group, would meet what is not his. */
    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub/stored", "pgpubsub/stored/1", "pgpubsub/wake/all", "pgpubsub/control/x", "pgpubsub/own/x",
        "pgpubsub-kept"})
    void reservedChannelsAreRefused(String channel) throws SQLException {
        KeptLog.create(postgres);
        try (Connection connection = postgres.connect(); java.sql.Statement sql = connection.createStatement()) {
            sql.execute("create table if not exists watched_in_vain (id int primary key)");
            for (String call : List.of("join_group('" + channel + "', 'g')", "watch('watched_in_vain', '" + channel + "')",
                    "watch('watched_in_vain', '" + channel + "', durable => false)")) {
                assertThatThrownBy(() -> sql.execute("select pgpubsub." + call)).as(call)
                        .isInstanceOfSatisfying(PSQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("42939"))
                        .hasMessageContaining("The channel " + channel + " is reserved");
            }
            sql.execute("select pgpubsub.join_group('pgpubsub', 'g'), pgpubsub.drop_group('pgpubsub', 'g')");
        }
    }

    /** Its snapshot would be an old one: rows of transactions that end meanwhile would be skipped. */
    @Test
    void aGroupIsNotSentElsewhereInAnOldSnapshot() throws SQLException {
        KeptLog.create(postgres);
        try (Connection connection = postgres.connect(); java.sql.Statement sql = connection.createStatement()) {
            sql.execute("select pgpubsub.join_group('sought', 'g')");
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThatThrownBy(() -> sql.execute("select pgpubsub.seek('sought', 'g', 'now')"))
                    .hasMessageContaining("A group is sent elsewhere in READ COMMITTED, not repeatable read");
        }
    }

    /** Who parks has moved the place in the same transaction. */
    @Test
    void aGroupIsDroppedWithWhatIsBeingParked() throws Exception {
        KeptLog.create(postgres);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection parking = postgres.connect(); java.sql.Statement sql = parking.createStatement()) {
            sql.execute("select pgpubsub.join_group('dropped', 'g')");
            parking.setAutoCommit(false);
            sql.execute("update pgpubsub.place set last_id = last_id where no ="
                    + " (select no from pgpubsub.subscriber where channel = 'dropped');"
                    + " insert into pgpubsub.parked (channel, grp, id, at, error, attempts) values ('dropped', 'g', 1, now(), 'x', 1)");
            Future<?> dropped = other.submit(() -> postgres.execute("select pgpubsub.drop_group('dropped', 'g')"));
            Awaitility.await().until(() -> postgres.number("select count(*) from pg_stat_activity"
                    + " where datname = current_database() and wait_event_type = 'Lock' and query like '%drop_group%'") == 1);
            parking.commit();
            dropped.get();
        } finally {
            other.shutdown();
        }
        assertThat(postgres.number("select count(*) from pgpubsub.parked where channel = 'dropped'")).isZero();
    }

    @Test
    void reservedGroupsAreRefused() throws SQLException {
        KeptLog.create(postgres);
        try (Connection connection = postgres.connect(); java.sql.Statement sql = connection.createStatement()) {
            assertThatThrownBy(() -> sql.execute("select pgpubsub.join_group('c', E'g\\x01reshard')"))
                    .hasMessageContaining("is reserved");
            assertThatThrownBy(() -> sql.execute("select pgpubsub.join_group('c', '')"))
                    .hasMessageContaining("The group is empty");
            assertThatThrownBy(() -> sql.execute("select pgpubsub.join_group('c', null)"))
                    .hasMessageContaining("The group is empty");
            assertThatThrownBy(() -> sql.execute("select pgpubsub.join_group('', 'g')")).hasMessageContaining("1 to 63");
        }
        assertThat(postgres.number("select count(*) from pgpubsub.subscriber where channel in ('c', '')")).isZero();
    }

    @Test
    void theSchemasNameIsChecked() {
        for (String bad : List.of("", "x".repeat(64), "é".repeat(32), "a\0b")) {
            assertThatThrownBy(() -> new LogSchema(bad)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("logSchema");
        }
    }
}
