package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may have a table watched, with whose rights its changes are written, and what that gives nobody. */
@Tag("long")
class WatchRightsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final String TO_WATCH = "grant usage on schema pgpubsub to %1$s; grant insert (channel, key, payload) on pgpubsub.message to %1$s;"
            + " grant usage on sequence pgpubsub.message_id, pgpubsub.slot to %1$s;"
            + " grant execute on function pgpubsub.watch, pgpubsub.unwatch, pgpubsub.watch_plan, pgpubsub.watch_tables, pgpubsub.watch_trigger,"
            + " pgpubsub.watch_run, pgpubsub.check_channel, pgpubsub.row_json, pgpubsub.large_changes to %1$s";

    /** Owns the schema of the same name, and the table "things" in it. */
    private final String owner = "owner_" + UUID.randomUUID().toString().substring(0, 8);
    private final String other = "other_" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @BeforeEach
    void create() {
        postgres.createRole(owner, "secret");
        postgres.createRole(other, "secret");
        postgres.execute("create schema " + owner + " authorization " + owner + "; create table " + owner
                + ".things (id int primary key, x text); alter table " + owner + ".things owner to " + owner
                + "; grant usage on schema " + owner
                + " to " + other + "; grant all on " + owner + ".things to " + other);
    }

    @AfterEach
    void drop() {
        postgres.execute("drop owned by " + owner + ", " + other + " cascade");
    }

    private static Connection as(String role) throws SQLException {
        return DriverManager.getConnection(postgres.url(), role, "secret");
    }

    private static void run(String role, String sql) throws SQLException {
        try (Connection connection = as(role)) {
            connection.createStatement().execute(sql);
        }
    }

    private String watch() {
        return "select pgpubsub.watch('" + owner + ".things', 'things')";
    }

    private static void grantToWatch(String role) {
        postgres.execute(TO_WATCH.formatted(role));
    }

    private static List<String> taken() {
        return Changes.takeShort(postgres, "things");
    }

    @Test
    void theOwnerWithTheRightsToSendAndWritersWithNoneAtAll() throws SQLException {
        grantToWatch(owner);
        run(owner, watch());
        run(other,
                "insert into " + owner + ".things values (1, 'a'), (2, repeat('x', 5000)); update " + owner
                        + ".things set x = 'b'; delete from "
                        + owner + ".things; truncate " + owner + ".things");
        assertThat(taken()).hasSize(7);
        assertThat(postgres
                .strings("select proowner::regrole || ' ' || has_function_privilege('public', oid, 'execute') from pg_proc"
                        + " where pronamespace = '" + owner + "'::regnamespace"))
                .containsExactly(owner + " false");
        // Unwatched, nothing is left.
        run(owner, "select pgpubsub.unwatch('" + owner + ".things')");
        assertThat(postgres.number("select count(*) from pg_proc where pronamespace = '" + owner + "'::regnamespace")).isZero();
    }

    /** What each refusal says is enough. */
    @Test
    void anOwnerWithoutTheRightsToSendIsToldWhatIsMissing() throws SQLException {
        postgres.execute(
                "grant usage on schema pgpubsub to " + owner + "; grant execute on function pgpubsub.watch, pgpubsub.watch_plan,"
                        + " pgpubsub.watch_tables, pgpubsub.watch_trigger, pgpubsub.watch_run, pgpubsub.check_channel to "
                        + owner);
        String refusal = refusal(owner, watch());
        assertThat(refusal).contains("its owner may not send kept messages");
        Matcher grants = Pattern.compile("grant [^;]* to " + owner + ";").matcher(refusal);
        assertThat(grants.results().peek(grant -> postgres.execute(grant.group())).count()).isEqualTo(5);
        run(owner, watch());
        run(other, "insert into " + owner + ".things values (1, 'a')");
        assertThat(taken()).hasSize(1);
    }

    private static String refusal(String role, String sql) {
        String[] text = {""};
        assertThatThrownBy(() -> run(role, sql)).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getSQLState()).isEqualTo("42501");
            text[0] = e.getMessage();
        });
        return text[0];
    }

    @Test
    void whoDoesNotOwnItIsToldWhatTheOwnerCalls() throws SQLException {
        grantToWatch(owner);
        grantToWatch(other);
        String refusal = refusal(other, watch());
        assertThat(refusal).contains(
                "Table " + owner + ".things is not watched as it should be, and the role " + other + " may not change that."
                        + " Its owner " + owner + " calls: select pgpubsub.watch('" + owner
                        + ".things', 'things', '{delete,insert,truncate,update}', 't');");
        Matcher statement = Pattern.compile("select pgpubsub.watch.*;").matcher(refusal);
        assertThat(statement.find()).isTrue();
        run(owner, statement.group());
        // No more DDL is needed, so no more rights.
        run(other, watch());
        assertThat(refusal(other, "select pgpubsub.unwatch('" + owner + ".things')"))
                .contains("Its owner " + owner + " calls: select pgpubsub.unwatch('" + owner + ".things', NULL, NULL);");
    }

    @Test
    void aMemberAndASuperuserActAsTheOwner() throws SQLException {
        postgres.execute("grant " + owner + " to " + other);
        grantToWatch(owner);
        run(other,
                watch() + "; insert into " + owner + ".things values (1, 'a'); select pgpubsub.unwatch('" + owner + ".things')");
        assertThat(taken()).hasSize(1);
        try (Connection superuser = postgres.connect(); java.sql.Statement sql = superuser.createStatement()) {
            sql.execute(watch());
            try (java.sql.ResultSet row = sql.executeQuery("select current_user || ' ' || session_user")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo(postgres.user() + " " + postgres.user());
            }
        }
        assertThat(postgres.strings("select proowner::regrole from pg_proc where pronamespace = '" + owner + "'::regnamespace"))
                .containsExactly(owner);
    }

    /** A type's owner may define how it becomes JSON. That is code, which must never run as the log's owner. */
    @Test
    void aCastToJsonRunsAsTheOwnerOfTheTable() throws SQLException {
        grantToWatch(owner);
        run(owner, "set search_path = " + owner + "; create type mood as enum ('ok'); create table whoami (who text);"
                + " create function to_json_of_mood(mood) returns json language plpgsql as"
                + " 'begin insert into " + owner + ".whoami values (current_user); return to_json(current_user::text); end';"
                + " create cast (mood as json) with function to_json_of_mood(mood); alter table things add column m mood;"
                + " grant select on whoami to " + other + "; " + watch());
        run(other, "insert into " + owner + ".things values (1, 'a', 'ok'), (2, repeat('x', 5000), 'ok')");
        run(other, "update " + owner + ".things set x = 'b'");
        postgres.execute("delete from " + owner + ".things");
        assertThat(postgres.strings("select distinct who from " + owner + ".whoami")).containsExactly(owner);
        assertThat(taken()).hasSize(6).first().asString().endsWith("\"m\":\"" + owner + "\"}");
    }

    /** Names of functions and operators in a schema that the writer puts first. */
    @Test
    void aHostileSearchPathDoesNotMatter() throws SQLException {
        grantToWatch(owner);
        run(owner, watch());
        postgres.execute(
                "create schema hostile; create function hostile.to_json(text) returns json language sql as 'select (1/0)::text::json';"
                        + " create function hostile.row_to_json(anyelement) returns json language sql as 'select (1/0)::text::json';"
                        + " create function hostile.less(int, int) returns bool language sql as 'select 1/0 = 1';"
                        + " create operator hostile.> (function = hostile.less, leftarg = int, rightarg = int); grant usage on schema hostile to public");
        try {
            run(other, "set search_path = hostile, pg_catalog; insert into " + owner
                    + ".things values (1, 'a'), (2, repeat('x', 5000))");
            run(owner, "set search_path = hostile, pg_catalog; " + watch() + "; select pgpubsub.unwatch('" + owner + ".things')");
        } finally {
            postgres.execute("drop schema hostile cascade");
        }
        assertThat(taken()).hasSize(2);
    }

    /** With a trigger of its own that calls the function, a role would write as somebody else. */
    @Test
    void nobodyElseCanUseTheFunctions() throws SQLException {
        grantToWatch(owner);
        grantToWatch(other);
        run(owner, watch());
        String function = postgres
                .strings("select oid::regprocedure from pg_proc where pronamespace = '" + owner + "'::regnamespace").get(0);
        try (Connection connection = as(other); java.sql.Statement sql = connection.createStatement()) {
            sql.execute("create temp table mine (id int)");
            for (String each : List.of(function, "pgpubsub.changed()")) {
                assertThatThrownBy(() -> sql.execute("create trigger t after insert on mine referencing new table as pgpubsub_new"
                        + " for each statement execute function " + each.replace("()", "") + "('victim')"))
                        .hasMessageContaining("permission denied for function");
            }
        }
        assertThat(Changes.take(postgres, "victim")).isEmpty();
    }

    @Test
    void partitionsOfSomebodyElseAreRefused() throws SQLException {
        postgres.execute("create table " + owner + ".p (id int) partition by list (id); create table " + owner
                + ".p1 partition of " + owner
                + ".p for values in (1); alter table " + owner + ".p owner to " + owner);
        assertThatThrownBy(() -> postgres.execute("select pgpubsub.watch('" + owner + ".p', 'things')"))
                .hasStackTraceContaining(owner + ".p1 belongs to " + postgres.user() + " and not to " + owner);
    }

    /** The log's owner could replace what the triggers call, so the trigger of a superuser's table would make it a superuser. */
    @Test
    void aSuperusersTableIsRefusedIfTheLogsOwnerIsNone() throws SQLException {
        postgres.execute("grant create on database " + postgres.database() + " to " + other + "; create table " + owner
                + ".important (id int primary key)");
        try (Connection connection = as(other)) {
            new LogSchema("log_of_other").prepare(connection, true, LogSchema.Use.RECEIVE);
        }
        for (String durable : List.of("true", "false")) {
            assertThatThrownBy(() -> postgres.execute(
                    "select log_of_other.watch('" + owner + ".important', 'things', durable => " + durable + ")"))
                    .hasStackTraceContaining(
                            "belongs to the superuser " + postgres.user() + ", and the log's owner " + other + " is none")
                    .hasStackTraceContaining("Give the table another owner");
        }
        // Where a superuser owns the log nothing is gained.
        postgres.execute("select pgpubsub.watch('" + owner + ".important', 'things')");
    }

    /** Its code is the table owner's as well: the log's owner can't change what writers run. */
    @Test
    void theTriggerOfAPlainChannelIsACopyToo() throws SQLException {
        grantToWatch(owner);
        run(owner, "select pgpubsub.watch('" + owner + ".things', 'things', durable => false)");
        run(other, "insert into " + owner + ".things values (1, 'a')");
        assertThat(postgres.strings(
                "select distinct p.proname || ' ' || p.proowner::regrole from pg_trigger t join pg_proc p on p.oid = tgfoid"
                        + " where tgrelid = '" + owner + ".things'::regclass"))
                .containsExactly("pgpubsub_notified " + owner);
        assertThat(postgres.strings("select pgpubsub.watch('" + owner + ".things', 'things', durable => false)"))
                .containsExactly("f");
        run(owner, "select pgpubsub.unwatch('" + owner + ".things')");
        assertThat(postgres.number("select count(*) from pg_proc where pronamespace = '" + owner + "'::regnamespace")).isZero();
    }

    /** The function of the triggers is made in the table's schema. */
    @Test
    void anOwnerThatMayMakeNothingInTheSchemaIsTold() throws SQLException {
        grantToWatch(owner);
        postgres.execute(
                "alter schema " + owner + " owner to " + postgres.user() + "; grant usage on schema " + owner + " to " + owner);
        for (String durable : List.of("true", "false")) {
            String watch = "select pgpubsub.watch('" + owner + ".things', 'things', durable => " + durable + ")";
            assertThat(refusal(owner, watch)).contains("grant create on schema " + owner + " to " + owner + ";");
            postgres.execute("grant create on schema " + owner + " to " + owner);
            run(owner, watch);
            postgres.execute("revoke create on schema " + owner + " from " + owner);
        }
        postgres.execute("drop schema " + owner + " cascade");
    }

    /** There, PostgreSQL allows no change of the role, not even to the same one. */
    @Test
    void aFunctionThatRunsAsTheOwnerMayWatch() throws SQLException {
        grantToWatch(owner);
        run(owner,
                "create function " + owner + ".watch_it() returns boolean language sql security definer as $$" + watch() + "$$");
        run(other, "select " + owner + ".watch_it()");
        run(other, "insert into " + owner + ".things values (1, 'a')");
        assertThat(taken()).hasSize(1);
    }

    @Test
    void aMemberThatMayNotSetTheRoleIsToldWhatTheOwnerCalls() throws SQLException {
        assumeTrue(postgres.number("select current_setting('server_version_num')") >= 160_000);
        postgres.execute("grant " + owner + " to " + other + " with set false");
        grantToWatch(owner);
        grantToWatch(other);
        assertThat(refusal(other, watch())).contains("Its owner " + owner + " calls:");
    }

    /** Somebody took the copy's name first; and the table got another owner. */
    @Test
    void aNameThatIsTakenAndAnOwnerThatChanges() throws SQLException {
        grantToWatch(owner);
        grantToWatch(other);
        postgres.execute(
                "create function " + owner + ".pgpubsub_changed() returns trigger language plpgsql as 'begin return null; end';"
                        + " alter function " + owner + ".pgpubsub_changed() owner to " + other);
        run(owner, watch());
        run(other, "insert into " + owner + ".things values (1, 'a')");
        assertThat(taken()).hasSize(1);
        postgres.execute("grant create on schema " + owner + " to " + other + "; drop function " + owner
                + ".pgpubsub_changed(); alter table "
                + owner + ".things owner to " + other);
        run(other, watch());
        run(other, "insert into " + owner + ".things values (2, 'a')");
        assertThat(postgres.strings(
                "select distinct p.proowner::regrole from pg_trigger t join pg_proc p on p.oid = tgfoid where tgrelid = '"
                        + owner + ".things'::regclass"))
                .containsExactly(other);
        assertThat(taken()).hasSize(1);
    }

    @Test
    void theUseWatchNamesItsGrants() throws SQLException {
        try (Connection connection = as(owner)) {
            for (int i = 0; i < 10; i++) {
                try {
                    new LogSchema("pgpubsub").prepare(connection, true, LogSchema.Use.WATCH);
                    break;
                } catch (LogSchemaException e) {
                    Pattern.compile("grant [^;]* to [^;]*;").matcher(e.getMessage()).results()
                            .forEach(grant -> postgres.execute(grant.group()));
                }
            }
            postgres.execute("grant insert (channel, key, payload) on pgpubsub.message to " + owner
                    + "; grant usage on sequence pgpubsub.message_id, pgpubsub.slot to " + owner
                    + "; grant execute on function pgpubsub.row_json, pgpubsub.large_changes to " + owner);
            connection.createStatement().execute(watch());
        }
    }
}
