package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.camel.CamelWithPostgres;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The option dataSource with HikariCP: listening and publishing each take one connection, keep it, and return it unchanged. */
class HikariIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final HikariConfig config = new HikariConfig();
    private final Inbox inbox = new Inbox();
    private HikariDataSource pool;

    @BeforeEach
    void configure() {
        config.setJdbcUrl(postgres.url());
        config.setUsername(postgres.user());
        config.setPassword(postgres.password());
        config.setMaximumPoolSize(3);
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Test
    void eachSideKeepsOneConnection() throws Exception {
        try (CamelWithPostgres camel = camel().receive("pgpubsub:a", inbox).receive("pgpubsub:b", inbox).start()) {
            camel.send("pgpubsub:a", "1");
            camel.send("pgpubsub:b", "2");

            // Two routes, which start in any order.
            Inbox.await(() -> assertThat(inbox.bodies()).containsExactlyInAnyOrder("1", "2"));
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(2);
        }
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    /** The pool's settings are made only once per connection, when the connection is created. */
    @Test
    void afterTheStopAConnectionIsAsItWas() throws Exception {
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        // Without this, the pool does not commit the next statement, and the first rollback would undo it.
        config.setIsolateInternalQueries(true);
        config.setConnectionInitSql("set statement_timeout to '7s'; set lock_timeout to '8s'; set application_name to ''");
        config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        List<String> before = session();
        List<String> during;
        try (CamelWithPostgres camel = camel().receive("pgpubsub:a", inbox).start()) {
            Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).hasSize(1));
            postgres.notify("a", "hello");
            inbox.awaitBodies("hello");
            during = camel.backends(postgres, "listen").stream().map(String::valueOf).toList();
        }

        assertThat(session()).isEqualTo(before).startsWith(during.get(0), "7s", "8s", "serializable", "", "0", "0");
    }

    /** State of the pool's only connection: backend, settings, channels, locks. */
    private List<String> session() throws Exception {
        try (Connection connection = pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select pg_backend_pid(), current_setting('statement_timeout'), current_setting('lock_timeout'),
                            current_setting('transaction_isolation'), current_setting('application_name'),
                            (select count(*) from pg_listening_channels()),
                            (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
                            current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'),
                            current_setting('tcp_keepalives_count'), current_setting('synchronous_commit'),
                            (select source from pg_settings where name = 'synchronous_commit')""")) {
            row.next();
            List<String> values = new CopyOnWriteArrayList<>();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                values.add(row.getString(i));
            }
            assertThat(connection.getAutoCommit()).isEqualTo(config.isAutoCommit());
            return values;
        }
    }

    @Test
    void whatACustomizerHasChangedDoesNotComeBack() throws Exception {
        config.setMaximumPoolSize(1);
        List<String> before = session();
        try (CamelWithPostgres camel = camel()) {
            camel.configuration().setConnectionCustomizer(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("set statement_timeout to '9s'");
                }
            });
            camel.receive("pgpubsub:a", inbox).start();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(1);
        }
        List<String> after = session();

        assertThat(after.get(0)).as("backend").isNotEqualTo(before.get(0));
        assertThat(after.subList(1, after.size())).isEqualTo(before.subList(1, before.size()));
    }

    /** Like maxLifetime: the pool closes a connection in use only when the connection is returned. */
    @Test
    void aConnectionThatThePoolWantsBackIsKept() throws Exception {
        try (CamelWithPostgres camel = camel().receive("pgpubsub:a", inbox).start()) {
            List<Integer> backend = camel.backends(postgres, "listen");
            pool.getHikariPoolMXBean().softEvictConnections();
            camel.send("pgpubsub:a", "hello");

            inbox.awaitBodies("hello");
            assertThat(camel.backends(postgres, "listen")).isEqualTo(backend);
        }
        Inbox.await(() -> assertThat(postgres.backends("pgpubsub %")).isEmpty());
    }

    @Test
    void aConnectionThatThePoolClosesIsALostOne() throws Exception {
        List<Connection> connections = new CopyOnWriteArrayList<>();
        try (LoggedLines logged = LoggedLines.capture(); CamelWithPostgres camel = camel()) {
            camel.configuration().setConnectionCustomizer(connections::add);
            camel.route(route -> route.from("pgpubsub:a?gapMarker=reconnect").routeId("a").process(inbox)).start();
            Inbox.await(() -> assertThat(camel.isReceiving("a")).isTrue());

            pool.evictConnection(connections.get(0));
            inbox.awaitSize(1);
            postgres.notify("a", "after the gap");
            inbox.awaitBodies(null, "after the gap");
            assertThat(logged.lines()).anyMatch(line -> line.contains("Lost the connection to HikariDataSource"));

            pool.close();
            Inbox.await(() -> assertThat(camel.isReceiving("a")).isFalse());
            Inbox.await(() -> assertThat(logged.lines()).anyMatch(
                    line -> line.contains("Listening to channel a failed") && line.contains("has been closed")));
        }
    }

    @Test
    void aPoolThatIsTooSmallIsNamed() throws Exception {
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(1000);
        try (CamelWithPostgres camel = camel().receive("pgpubsub:a", inbox).start()) {
            assertThatThrownBy(() -> camel.send("pgpubsub:a?sendTimeout=3000", "hello")).cause()
                    .hasMessageContainingAll("Not sent", "total=1, active=1", "keep a connection each");
        }
    }

    private HikariDataSource pool() {
        if (pool == null) {
            pool = new HikariDataSource(config);
        }
        return pool;
    }

    private CamelWithPostgres camel() {
        CamelWithPostgres camel = new CamelWithPostgres();
        camel.configuration().setDataSource(pool());
        return camel;
    }
}
