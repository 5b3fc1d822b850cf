package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.ds.PGSimpleDataSource;

@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class PostgresExtensionTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final String ROLE = "test \"role\"";

    private static String endedDatabase;
    private static int endedPort;

    @Test
    void givesThisClassADatabase() throws SQLException {
        assertThat(postgres.strings("select current_database()")).containsExactly(postgres.database());
        try (Connection session = DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password())) {
            assertThat(session.getCatalog()).isEqualTo(postgres.database());
        }
        assertThat(postgres.url()).doesNotContain(postgres.password());
        assertThat(postgres.libpqUri()).isEqualTo("postgresql://%s:%s@%s:%d/%s", postgres.user(), postgres.password(),
                postgres.server().host(), postgres.server().port(), postgres.database());
    }

    @Test
    void runsStatements() {
        postgres.execute("create table t (a int, b text); insert into t values (1, 'one')");
        postgres.execute("insert into t values (?, ?)", 2, "two");
        assertThat(postgres.strings("select b from t order by a")).containsExactly("one", "two");
        assertThat(postgres.strings("select b from t where a = ?", 3)).isEmpty();
        assertThat(postgres.number("select count(*) from t where a >= ?", 1)).isEqualTo(2);
        assertThatThrownBy(() -> postgres.number("select a from t")).hasMessageContaining("2 rows");
        assertThatThrownBy(() -> postgres.execute("no sql")).hasMessage("no sql")
                .hasRootCauseInstanceOf(SQLException.class);
    }

    @Test
    void notifies() throws SQLException {
        try (Connection session = postgres.connect(); Statement statement = session.createStatement()) {
            statement.execute("listen \"Mixed Case\"");
            postgres.notify("Mixed Case", "it's é");
            PGNotification[] received = session.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(received).extracting(PGNotification::getParameter).containsExactly("it's é");
        }
    }

    @Test
    void findsAndTerminatesBackends() throws SQLException {
        PGSimpleDataSource source = postgres.dataSource();
        source.setApplicationName("listener-1");
        try (Connection session = source.getConnection(); Connection other = postgres.connect()) {
            int pid = session.unwrap(PGConnection.class).getBackendPID();
            assertThat(postgres.backends("listener-%")).containsExactly(pid);
            int otherPid = other.unwrap(PGConnection.class).getBackendPID();
            // This class's own sessions are not among them. Those of the former test may take a moment to end.
            await().untilAsserted(() -> assertThat(postgres.backends("%")).containsExactlyInAnyOrder(pid, otherPid));

            postgres.terminate(pid);

            await().until(() -> postgres.backends("listener-%").isEmpty());
            assertThat(session.isValid(5)).isFalse();
            assertThat(other.isValid(5)).isTrue();
            assertThatThrownBy(() -> postgres.terminate(pid)).hasMessageContaining("No session");
        }
    }

    @Nested
    class InANestedClass {

        @Test
        void itIsTheSameDatabase() {
            assertThat(postgres.strings("select current_database()")).containsExactly(postgres.database());
        }
    }

    @Nested
    @Order(1)
    class AnotherClass {

        @RegisterExtension
        static final PostgresExtension other = new PostgresExtension();

        @Test
        void hasADatabaseOfItsOwnOnTheSameServer() {
            assertThat(other.server()).isSameAs(postgres.server());
            assertThat(other.database()).isNotEqualTo(postgres.database());
            endedDatabase = other.database();
            assertThat(exists("pg_database", "datname", endedDatabase)).isTrue();
        }

        @Test
        void mayMakeRoles() throws SQLException {
            String password = "p'w /@:%?é";
            other.createRole(ROLE, password);
            try (Connection session = DriverManager.getConnection(other.url(), ROLE, password)) {
                assertThat(session.isValid(5)).isTrue();
            }
            assertThat(other.number("select count(*) from pg_roles where rolname = ? and not rolsuper", ROLE)).isOne();
        }
    }

    @Nested
    @Order(2)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class AClassWithItsOwnServer {

        @RegisterExtension
        static final PostgresExtension own = PostgresExtension.withOwnServer(Map.of("max_connections", "12"));

        @Test
        @Order(1)
        void hasItsSettingsAndMayRestartIt() {
            endedPort = own.server().port();
            assertThat(endedPort).isNotEqualTo(postgres.server().port());
            own.server().stopImmediately();
            own.server().startAgain();
            assertThat(own.number("select current_setting('max_connections')")).isEqualTo(12);
        }

        @Test
        @Order(2)
        void mayLeaveItStopped() {
            own.server().stop();
            assertThat(postgres.number("select 1")).isOne();
        }
    }

    @Nested
    @Order(3)
    class AfterThoseClasses {

        @Test
        void nothingIsLeft() {
            assertThat(exists("pg_database", "datname", endedDatabase)).isFalse();
            assertThat(exists("pg_roles", "rolname", ROLE)).isFalse();
            assertThatThrownBy(() -> new Socket("127.0.0.1", endedPort)).isInstanceOf(ConnectException.class);
        }
    }

    private static boolean exists(String catalog, String column, String name) {
        return postgres.number("select count(*) from " + catalog + " where " + column + " = ?", name) > 0;
    }
}
