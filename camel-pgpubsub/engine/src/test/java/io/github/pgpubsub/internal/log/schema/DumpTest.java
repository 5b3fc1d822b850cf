package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * With the programs that people use, where the machine has them: psql, and a pg_dump that is not older than the server
 * ({@code -Dpostgres.version=13.22.0} has older servers). The embedded binaries lack both.
 */
@Tag("long")
@Timeout(120)
class DumpTest {

    @RegisterExtension
    static final PostgresExtension from = new PostgresExtension();

    @RegisterExtension
    static final PostgresExtension to = PostgresExtension.withOwnCluster(Map.of("max_prepared_transactions", "5"));

    @TempDir
    Path directory;

    @BeforeEach
    void createLog() throws SQLException {
        for (PostgresExtension each : List.of(from, to)) {
            each.execute("drop schema if exists pgpubsub cascade; drop table if exists orders");
        }
        KeptLog.create(from);
    }

    private static String run(PostgresExtension at, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command[0], "-h", at.server().host(), "-p", String.valueOf(at.server().port()),
                "-U", at.user()));
        all.addAll(List.of(command).subList(1, command.length));
        all.add(at.database());
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", at.password());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    /** 0: there is no such program. */
    private static int version(String program) {
        try {
            Process process = new ProcessBuilder(program, "--version").start();
            Matcher number = Pattern.compile("\\d+").matcher(new String(process.getInputStream().readAllBytes(),
                    java.nio.charset.StandardCharsets.UTF_8));
            return process.waitFor() == 0 && number.find() ? Integer.parseInt(number.group()) : 0;
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assumeDump() {
        int server = (int) from.number("select current_setting('server_version_num')::int / 10000");
        assumeTrue(version("psql") > 0 && version("pg_dump") >= server, "there is no pg_dump of version " + server + " or later");
    }

    private static void write(PostgresExtension postgres, String... payloads) {
        for (String payload : payloads) {
            postgres.execute("insert into pgpubsub.message (channel, payload) values ('c', ?)", payload);
        }
    }

    @Test
    void psqlRunsTheFileTwice() throws Exception {
        assumeTrue(version("psql") > 0, "there is no psql");
        Path file = directory.resolve("pgpubsub-1.sql");
        Files.write(file, LogSchema.class.getResourceAsStream("/io/github/pgpubsub/log/pgpubsub-1.sql").readAllBytes());
        for (int i = 0; i < 2; i++) {
            run(to, "psql", "-v", "ON_ERROR_STOP=1", "-f", file.toString());
        }
        run(to, "psql", "-v", "ON_ERROR_STOP=1", "-1", "-f", file.toString());
        run(to, "psql", "-c",
                "insert into pgpubsub.message (channel, payload) select 'c', i::text from generate_series(1, 10) i");
        try (HandReader reader = HandReader.join(to, "c", "g", "earliest")) {
            assertThat(reader.read()).hasSize(10);
        }
    }

    @Test
    void aDumpIsRestoredAndRebased() throws Exception {
        assumeDump();
        from.execute("do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$");
        try (HandReader all = HandReader.join(from, "c", "all", "now");
                HandReader half = HandReader.join(from, "c", "half", "now");
                Writer straggler = Writer.of(from)) {
            straggler.write("c", "straggler");
            write(from, "a", "b", "c");
            assertThat(all.read()).containsExactly("a", "b", "c");
            half.open();
            half.acknowledge(half.page(1, HandReader.NO_LIMIT).get(0).id());
            straggler.commit();
            assertThat(KeptLog.rotate(from)).isEqualTo("moved");
            write(from, "d");
        }
        String dump = directory.resolve("dump.sql").toString();
        run(from, "pg_dump", "-f", dump);
        run(to, "psql", "-v", "ON_ERROR_STOP=1", "-f", dump);
        assertThatThrownBy(DumpTest::prepare).isInstanceOf(LogSchemaException.class)
                .hasMessageContaining("another database cluster");
        write(to, "since");
        to.strings("select pgpubsub.rebase()");
        prepare();
        try (HandReader all = HandReader.join(to, "c", "all", "now");
                HandReader half = HandReader.join(to, "c", "half", "now");
                HandReader late = HandReader.join(to, "c", "late", "earliest")) {
            // The straggler has the lowest id: from the first unread message on, all come again, marked.
            assertThat(all.read()).containsExactly("straggler", "a", "b", "c", "d", "since");
            assertThat(half.read()).containsExactly("straggler", "a", "b", "c", "d", "since");
            assertThat(late.read()).containsExactly("straggler", "a", "b", "c", "d", "since");
            write(to, "e");
            assertThat(all.read()).containsExactly("e");
            assertThat(to.number("select min(p.redelivered_id) - max(m.id) from pgpubsub.place p"
                    + " join pgpubsub.subscriber s on s.no = p.no and s.grp <> 'late', pgpubsub.message m where m.payload = 'since'"))
                    .isNotNegative();
        }
        // Triggers, rights and functions have come along.
        assertThat(
                to.number("select count(*) from pg_trigger where tgname = 'wake_up' and tgrelid = 'pgpubsub.message'::regclass"))
                .isEqualTo(1);
        assertThat(to.strings("select proname from pg_proc where pronamespace = 'pgpubsub'::regnamespace"
                + " and has_function_privilege('public', oid, 'execute')")).isEmpty();
    }

    /** The log left out: what is restored has none, and the first process makes it. */
    @Test
    void theLogIsLeftOut() throws Exception {
        assumeDump();
        from.execute("create table if not exists orders (id int)");
        write(from, "a");
        String dump = directory.resolve("dump.sql").toString();
        run(from, "pg_dump", "--exclude-schema=pgpubsub", "-f", dump);
        run(to, "psql", "-v", "ON_ERROR_STOP=1", "-f", dump);
        assertThat(to.strings("select to_regclass('orders')")).containsExactly("orders");
        assertThat(to.strings("select to_regnamespace('pgpubsub')")).containsOnlyNulls();
    }

    /** A real dump, held up in the middle by its own snapshot: rotation waits, writers and readers do not. */
    @Test
    void aRunningDumpStopsNobody() throws Exception {
        assumeDump();
        // So much that the dump is at work for a while: its output goes into a pipe that nobody empties.
        from.execute(
                "insert into pgpubsub.message (channel, payload) select 'bulk', repeat('x', 1000) from generate_series(1, 5000)");
        try (HandReader reader = HandReader.join(from, "c", "g", "now")) {
            ProcessBuilder builder = new ProcessBuilder("pg_dump", "-h", from.server().host(), "-p",
                    String.valueOf(from.server().port()), "-U", from.user(), from.database());
            builder.environment().put("PGPASSWORD", from.password());
            Process dump = builder.start();
            try {
                org.awaitility.Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> from.number(
                        "select count(*) from pg_stat_activity where application_name = 'pg_dump' and query like 'COPY pgpubsub.%'") == 1);
                write(from, "a");
                assertThat(reader.read()).containsExactly("a");
                assertThat(KeptLog.rotate(from)).isEqualTo("moved");
                assertThat(KeptLog.rotate(from)).isEqualTo("busy");
                write(from, "b");
                assertThat(reader.read()).containsExactly("b");
                dump.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                assertThat(dump.waitFor()).isZero();
            } finally {
                dump.destroyForcibly();
            }
            assertThat(KeptLog.rotate(from)).isEqualTo("emptied");
        }
    }

    private static void prepare() throws SQLException {
        try (Connection connection = to.connect()) {
            new LogSchema("pgpubsub").prepare(connection, true, Use.RECEIVE);
        }
    }
}
