package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Triggers of pgpubsub.watch over time: installed once, replaced, removed; tables that are altered. */
@Tag("long")
class WatchUpkeepTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final String FORBID = "create or replace function public.forbid() returns event_trigger language plpgsql as"
            + " 'begin raise exception ''DDL''; end'; create event trigger forbid on ddl_command_start execute function public.forbid()";

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    private static boolean watch(String arguments) {
        return Changes.watch(postgres, arguments);
    }

    private static List<String> operations(String channel) {
        return Changes.take(postgres, channel).stream().map(change -> change.replaceAll("^(\\S+) \\{\"op\":\"(.)\".*", "$1 $2"))
                .toList();
    }

    private static List<String> triggers(String table) {
        return postgres.strings(
                "select tgname from pg_trigger where tgrelid = '" + table + "'::regclass and not tgisinternal order by 1");
    }

    // ---- installing

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noDdlWhereItIsThereAndEqual(boolean durable) throws SQLException {
        postgres.execute("create table once_" + durable + " (id int primary key)");
        String all = "'once_" + durable + "', 'once', durable => " + durable;
        assertThat(watch(all)).isTrue();
        List<String> before = triggers("once_" + durable);
        postgres.execute(FORBID);
        try (Connection reading = postgres.connect()) {
            reading.setReadOnly(true);
            reading.createStatement().execute("select pgpubsub.watch(" + all + ")");
            assertThat(watch(all + ", operations => '{TRUNCATE, delete,update,insert,insert}'")).isFalse();
            assertThatThrownBy(() -> watch(all + ", operations => '{delete}'")).hasStackTraceContaining("DDL");
        } finally {
            postgres.execute("drop event trigger forbid");
        }
        assertThat(triggers("once_" + durable)).isEqualTo(before).hasSize(4);
    }

    @Test
    void otherOperationsReplaceThemAndAnotherChannelIsOneMore() {
        postgres.execute("create table twice (id int primary key)");
        watch("'twice', 'one', array['insert', 'update']");
        watch("'twice', 'one', array['insert', 'truncate']");
        watch("'twice', 'two', array['delete']");
        watch("'twice', 'two', array['insert'], false");
        assertThat(triggers("twice")).containsExactly("pgpubsub_delete_two", "pgpubsub_insert_one", "pgpubsub_notify_insert_two",
                "pgpubsub_truncate_one");
        postgres.execute("insert into twice values (1); update twice set id = 2; delete from twice; truncate twice");
        assertThat(operations("one")).containsExactly("1 c", "- t");
        assertThat(operations("two")).containsExactly("2 d");

        assertThat(postgres.strings("select pgpubsub.unwatch('twice', 'two', true)")).containsExactly("t");
        assertThat(postgres.strings("select pgpubsub.unwatch('twice', 'two', true)")).containsExactly("f");
        assertThat(triggers("twice")).hasSize(3);
        assertThat(postgres.strings("select pgpubsub.unwatch('twice', 'one')")).containsExactly("t");
        assertThat(triggers("twice")).containsExactly("pgpubsub_notify_insert_two");
        assertThat(postgres.strings("select pgpubsub.unwatch('twice')")).containsExactly("t");
        assertThat(triggers("twice")).isEmpty();
    }

    /** Two names that agree in their first 63 bytes. */
    @Test
    void longNamesOfChannels() {
        postgres.execute("create table long_names (id int primary key)");
        String channel = "ü".repeat(30) + "'\\";
        watch("'long_names', '" + channel.replace("'", "''") + "1'");
        watch("'long_names', '" + channel.replace("'", "''") + "2'");
        assertThat(watch("'long_names', '" + channel.replace("'", "''") + "1'")).isFalse();
        assertThat(triggers("long_names")).hasSize(8);
        postgres.execute("insert into long_names values (1)");
        assertThat(operations(channel + "1")).hasSize(1);
        assertThat(postgres.strings("select pgpubsub.unwatch('long_names')")).containsExactly("t");
        assertThat(triggers("long_names")).isEmpty();
    }

    @Test
    void aTriggerOfTheSameNameThatDoesSomethingElseIsReplaced() {
        postgres.execute("create table taken (id int primary key); create function nothing() returns trigger language plpgsql as"
                + " 'begin return null; end'; create trigger pgpubsub_insert_taken after insert on taken execute function nothing()");
        assertThat(watch("'taken', 'taken'")).isTrue();
        postgres.execute("insert into taken values (1); alter table taken disable trigger all");
        // Whoever switches triggers off has a reason.
        assertThat(watch("'taken', 'taken'")).isFalse();
        postgres.execute("insert into taken values (2); alter table taken enable trigger all");
        assertThat(operations("taken")).containsExactly("1 c");
    }

    @Test
    void manyAtOnceInstallItOnce() throws Exception {
        postgres.execute("create table at_once (id int primary key)");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> watch("'at_once', 'at once'")));
            }
            for (Future<Boolean> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(triggers("at_once")).hasSize(4);
    }

    /** A writer with an open transaction; nobody is stopped for long behind the one that wants the lock. */
    @Test
    void aTableInUseIsWaitedFor() throws Exception {
        postgres.execute("create table busy (id int primary key)");
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Connection writer = postgres.connect(); Connection other = postgres.connect()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("insert into busy values (1)");
            Future<Boolean> watching = threads.submit(() -> watch("'busy', 'busy'"));
            for (int i = 2; i < 5; i++) {
                other.createStatement().execute("insert into busy values (" + i + ")");
            }
            assertThat(watching.isDone()).isFalse();
            writer.commit();
            assertThat(watching.get()).isTrue();
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "'refused', ''                   | The channel has 0 bytes; it must have 1 to 63",
        "'refused', null                 | The channel has 0 bytes",
        "'refused', repeat('ü', 32)      | The channel has 64 bytes",
        "'refused', 'c', '{}'            | The operations are {}; they must be some of insert, update, delete, truncate",
        "'refused', 'c', '{merge}'       | The operations are {merge}",
        "'refused', 'c', null            | The operations are null",
        "'nowhere', 'c'                  | relation \"nowhere\" does not exist",
        "0::regclass, 'c'                | There is no such table",
        "null, 'c'                       | There is no such table",
        "'refused_view', 'c'             | Table public.refused_view can't be watched: it is a view",
        "'refused_foreign', 'c'          | it is a foreign table",
        "'refused_temp', 'c'             | it is temporary",
        "'refused_id', 'c'               | it is a relation of kind S",
        "'pg_class', 'c'                 | it belongs to the system",
        "'pgpubsub.message', 'c'         | it belongs to the log of kept messages",
        "'pgpubsub.place', 'c'           | it belongs to the log of kept messages",
        "'refused_parts', 'c'            | Table public.refused_parts can't be watched: public.refused_part is a foreign table",
    })
    void whatCantBeWatchedIsRefused(String arguments, String text) throws SQLException {
        try (Connection connection = postgres.connect()) {
            java.sql.Statement sql = connection.createStatement();
            sql.execute("create table if not exists refused (id int); create or replace view refused_view as select 1 as one;"
                    + " create sequence if not exists refused_id; create temp table refused_temp (id int);"
                    + " create table if not exists refused_parts (id int) partition by list (id)");
            if (postgres.number("select count(*) from pg_foreign_server") == 0) {
                sql.execute("create foreign data wrapper far; create server far foreign data wrapper far;"
                        + " create foreign table refused_foreign (id int) server far;"
                        + " create foreign table refused_part partition of refused_parts for values in (1) server far");
            }
            assertThatThrownBy(() -> sql.execute("select pgpubsub.watch(" + arguments + ")")).hasMessageContaining(text);
        }
    }

    // ---- altered

    @Test
    void aTableThatIsAlteredGoesOn() {
        postgres.execute("create table altered (id int primary key, a int, b int)");
        watch("'altered', 'altered'");
        postgres.execute("insert into altered values (1, 10, 100)");
        postgres.execute("alter table altered add column c int default 7; insert into altered values (2, 20, 200)");
        assertThat(Changes.takeShort(postgres, "altered")).last().asString()
                .endsWith("\"after\":{\"id\":2,\"a\":20,\"b\":200,\"c\":7}");
        postgres.execute("alter table altered rename column id to number; update altered set a = 11 where number = 1");
        assertThat(Changes.takeShort(postgres, "altered")).last().asString()
                .startsWith("1 {\"op\":\"u\",\"before\":{\"number\":1");
        postgres.execute(
                "alter table altered alter column number type text using 'n' || number; delete from altered where number = 'n2'");
        assertThat(operations("altered")).containsExactly("n2 d");
        // Another key, under the name of the former one.
        postgres.execute("alter table altered rename column number to was; alter table altered rename column a to number;"
                + " alter table altered drop constraint altered_pkey, add primary key (b, number); insert into altered values ('x', 12, 3)");
        assertThat(operations("altered")).containsExactly("[3,12] c");
        postgres.execute("alter table altered drop column b; update altered set number = number + 1 where was = 'x'");
        assertThat(operations("altered")).containsExactly("- d", "- c");
        postgres.execute("alter table altered rename to altered_too; create schema if not exists elsewhere;"
                + " alter table altered_too set schema elsewhere; truncate elsewhere.altered_too");
        assertThat(Changes.take(postgres, "altered")).last().asString()
                .contains("\"schema\":\"elsewhere\",\"table\":\"altered_too\"");
        assertThat(watch("'elsewhere.altered_too', 'altered'")).isFalse();
        postgres.execute("drop table elsewhere.altered_too");
    }

    /** In one session, whose plans are older than the change. */
    @Test
    void aWriterThatWasThereBefore() throws SQLException {
        postgres.execute("create table plans (id int primary key, a int)");
        watch("'plans', 'plans'");
        try (Connection writer = postgres.connect(); java.sql.Statement sql = writer.createStatement()) {
            for (int i = 0; i < 7; i++) {
                sql.execute("insert into plans values (" + i + ", 1)");
                sql.execute("update plans set a = 2");
            }
            postgres.execute(
                    "alter table plans drop column a; alter table plans rename column id to key; alter table plans add column z int");
            sql.execute("insert into plans values (10, 3)");
            sql.execute("update plans set z = 4 where key = 10");
        }
        assertThat(Changes.takeShort(postgres, "plans")).endsWith(
                "10 {\"op\":\"c\",\"before\":null,\"after\":{\"key\":10,\"z\":3}",
                "10 {\"op\":\"u\",\"before\":{\"key\":10,\"z\":3},\"after\":{\"key\":10,\"z\":4}");
    }

    @Test
    void aTableThatIsDroppedAndMadeAgainIsWatchedAgain() {
        for (int i = 0; i < 2; i++) {
            postgres.execute("create table again (id int primary key)");
            assertThat(watch("'again', 'again'")).isTrue();
            postgres.execute("insert into again values (1); drop table again");
        }
        assertThat(operations("again")).containsExactly("1 c", "1 c");
    }

    /** A log in its own schema: its tables' triggers go with it, the copies of other owners do nothing. */
    @Test
    void whenTheLogIsDroppedTheTablesGoOn() throws SQLException {
        String role = "owner_of_left";
        postgres.createRole(role, "secret");
        try (Connection connection = postgres.connect()) {
            new LogSchema("short lived").prepare(connection, true, LogSchema.Use.RECEIVE);
        }
        postgres.execute("create table left_one (id int primary key); create schema lefts authorization " + role
                + "; create table lefts.left_two (id int primary key); alter table lefts.left_two owner to " + role + ";"
                + " grant usage on schema \"short lived\" to " + role + "; grant insert on \"short lived\".message to " + role
                + "; grant usage on all sequences in schema \"short lived\" to " + role
                + "; grant execute on all functions in schema \"short lived\" to " + role);
        postgres.execute(
                "select \"short lived\".watch('left_one', 'c'), \"short lived\".watch('lefts.left_two', 'c', durable => true)");
        postgres.execute("insert into left_one values (1); insert into lefts.left_two values (1)");
        assertThat(postgres.number("select count(*) from \"short lived\".message")).isEqualTo(2);
        assertThat(triggers("left_one")).contains("short lived_insert_c");
        postgres.execute("drop schema \"short lived\" cascade");
        postgres.execute(
                "insert into left_one values (2); insert into lefts.left_two values (2); update lefts.left_two set id = id + 10;"
                        + " truncate lefts.left_two");
        assertThat(triggers("left_one")).isEmpty();
        postgres.execute("drop schema lefts cascade");
    }
}
