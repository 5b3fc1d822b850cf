package io.github.pgpubsub.support;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLException;

/** Tests the embedded server. {@link PostgresExtensionTest} tests the shared server of any kind. */
class PostgresServerTest {

    private static EmbeddedServer server;

    @BeforeAll
    static void start() {
        server = EmbeddedServer.start(Map.of("max_connections", "42", "cluster_name", "it's a test"));
    }

    @AfterAll
    static void close() {
        Path data = Path.of(strings("show data_directory").get(0));
        server.close();
        assertThatThrownBy(PostgresServerTest::touch).isInstanceOf(ConnectException.class);
        assertThat(data).doesNotExist();
    }

    @Test
    void runsWithTheGivenSettingsOnTopOfTheUsualOnes() {
        assertSettings();
        server.stop();
        server.startAgain();
        assertSettings();
    }

    private static void assertSettings() {
        assertThat(strings("select current_setting(unnest("
                + "'{max_connections,cluster_name,fsync,synchronous_commit,server_encoding}'::text[]))"))
                .containsExactly("42", "it's a test", "off", "on", "UTF8");
    }

    @Test
    void isTheVersionThatTheBuildNames() {
        String version = System.getProperty(PostgresServer.VERSION);
        assertThat(strings("show server_version").get(0)).isEqualTo(version.replaceFirst("\\.0$", ""));
    }

    @Test
    void asksForThePassword() throws SQLException {
        PGSimpleDataSource wrong = server.dataSource(server.database());
        wrong.setPassword("wrong");
        assertThatThrownBy(wrong::getConnection).isInstanceOf(PSQLException.class)
                .extracting(e -> ((PSQLException) e).getSQLState()).isEqualTo("28P01");
        assertThat(strings("select left(rolpassword, 13) from pg_authid where rolname = current_user"))
                .containsExactly("SCRAM-SHA-256");
    }

    @Test
    void crashesAndComesBackOnItsPortWithItsData() throws SQLException {
        assertThat(server.canRestart()).isTrue();
        sql().execute("create table kept (what text); insert into kept values ('committed')");
        int port = server.port();
        try (Connection session = server.dataSource(server.database()).getConnection()) {
            server.stopImmediately();

            assertThat(session.isValid(5)).isFalse();
            assertThatThrownBy(PostgresServerTest::touch).isInstanceOf(ConnectException.class);
        }
        server.startAgain();

        assertThat(server.port()).isEqualTo(port);
        assertThat(strings("select what from kept")).containsExactly("committed");
        assertThat(server.log()).contains("not properly shut down");
    }

    @Test
    void aStopTellsTheSessions() throws SQLException {
        try (Connection session = server.dataSource(server.database()).getConnection()) {
            server.stop();
            assertThatThrownBy(() -> session.createStatement().execute("select 1"))
                    .isInstanceOf(PSQLException.class)
                    .extracting(e -> ((PSQLException) e).getSQLState()).isEqualTo("57P01");
        } finally {
            server.startAgain();
        }
    }

    @Test
    void programsAreInTheBuildsFolder() throws Exception {
        String command = Files.readString(Path.of(strings("show data_directory").get(0)).resolve("postmaster.opts"));
        assertThat(Programs.FOLDER).endsWithRaw(Path.of("target", "postgresql"));
        assertThat(command).startsWith(Programs.FOLDER.toString());
    }

    @Test
    void whatAnUnpackingLeftThatWasKilledIsRemoved(@TempDir Path folder) throws Exception {
        Path whole = Files.createDirectories(folder.resolve("PG-1/bin")).getParent();
        Files.createFile(whole.resolve(".exists"));
        Path half = Files.createDirectories(folder.resolve("PG-2/bin")).getParent();
        Path growing = Files.createDirectories(folder.resolve("PG-3/bin")).getParent();
        Path other = Files.createDirectories(folder.resolve("src"));
        try (FileChannel file = FileChannel.open(growing.resolve("epg-lock"), CREATE, WRITE); FileLock lock = file.lock()) {
            Programs.removeHalfUnpacked(folder);
            assertThat(lock.isValid()).isTrue();
        }
        assertThat(folder).isDirectoryContaining(whole::equals).isDirectoryContaining(growing::equals)
                .isDirectoryContaining(other::equals);
        assertThat(half).doesNotExist();
    }

    @Test
    void doesNotOutliveAKilledJvm() {
        try (JvmProcess jvm = JvmProcess.start("jvm", ServerAlone.class,
                List.of("-D" + Programs.PROPERTY + "=" + Programs.FOLDER), List.of())) {
            String[] running = jvm.awaitLine(line -> line.startsWith("port "), Duration.ofSeconds(60)).text().split(" ");
            int port = Integer.parseInt(running[1]);
            Path data = Path.of(running[2]);
            assertThatCode(() -> new Socket("127.0.0.1", port).close()).doesNotThrowAnyException();
            assertThat(data).isDirectory();

            jvm.kill();

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(ConnectException.class);
                assertThat(Files.exists(data)).isFalse();
            });
        }
    }

    @Test
    void aUrlNamesAServerThatIsThere() {
        String url = server.url("postgres") + "?user=postgres&password=" + server.password();
        try (PostgresServer named = PostgresServer.start(Map.of(PostgresServer.URL, url)::get)) {
            assertThat(named.canRestart()).isFalse();
            assertThatThrownBy(named::stopImmediately).isInstanceOf(UnsupportedOperationException.class);
            assertThat(named.toString()).doesNotContain(server.password());
            assertThat(new Sql(named.dataSource(named.database())).strings("show cluster_name"))
                    .containsExactly("it's a test");
        }
        assertThat(strings("select 1")).as("closing it leaves the server alone").containsExactly("1");
    }

    @Test
    void aUrlNeedsUserAndPassword() {
        assertThatThrownBy(() -> PostgresServer.start(Map.of(PostgresServer.URL, server.url("postgres"))::get))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("user=");
        assertThatThrownBy(() -> PostgresServer.start(Map.of(PostgresServer.SOURCE, "url")::get))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(PostgresServer.URL);
    }

    @Test
    void anUnknownSourceIsRefused() {
        assertThatThrownBy(() -> PostgresServer.start(Map.of(PostgresServer.SOURCE, "cloud")::get))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cloud");
    }

    private static void touch() throws Exception {
        new Socket(server.host(), server.port()).close();
    }

    private static List<String> strings(String query) {
        return sql().strings(query);
    }

    private static Sql sql() {
        return new Sql(server.dataSource(server.database()));
    }

    /** Starts a server and never closes it. */
    static final class ServerAlone {

        private ServerAlone() {}

        public static void main(String[] arguments) throws Exception {
            EmbeddedServer alone = EmbeddedServer.start();
            String data = new Sql(alone.dataSource(alone.database())).strings("show data_directory").get(0);
            System.out.println("port " + alone.port() + " " + data);
            Thread.currentThread().join();
        }
    }
}
