package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.DataSourceConnectionSource;
import io.github.pgpubsub.support.PgBouncer;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/** An application uses a pool's only connection before and after the component: nothing about the connection has changed. */
@Tag("long")
class PoolsIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Also the maximum time for an answer of the server. */
    private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);

    /** Receives anything. */
    private static final class Received implements MessageHandler {

        final List<String> payloads = new CopyOnWriteArrayList<>();

        @Override
        public void handle(Message message) {
            if (message instanceof Message.Notification notification) {
                payloads.add(notification.payload());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionComesBackAsItCame(Pool kind) throws Exception {
        try (Pool.Opened pool = kind.open(postgres, url("socketTimeout=20"), 1)) {
            Map<String, String> before = state(pool.dataSource());
            listen(pool.dataSource());
            assertThat(state(pool.dataSource())).as("after listening").isEqualTo(before);
            publish(pool.dataSource());
            assertThat(state(pool.dataSource())).as("after publishing").isEqualTo(before);
        }
    }

    /** A connection as an application may leave it: every parameter that the component sets has another value in the session. */
    @ParameterizedTest
    @EnumSource
    void whatTheApplicationHadSetComesBack(Pool kind) throws Exception {
        try (Pool.Opened pool = kind.open(postgres, url("options=-c%20lock_timeout=7s"), 1)) {
            try (Connection connection = pool.dataSource().getConnection(); Statement statement = connection.createStatement()) {
                statement.execute("set lock_timeout to '8s'; set tcp_keepalives_idle to 77; set application_name to ''");
                statement.execute("set idle_in_transaction_session_timeout to '9s'");
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
            }
            Map<String, String> before = state(pool.dataSource());
            assertThat(before).containsEntry("lock_timeout", "8000 of session").containsEntry("tcp_keepalives_idle",
                    "77 of session");
            listen(pool.dataSource());
            assertThat(state(pool.dataSource())).as("after listening").isEqualTo(before);
            publish(pool.dataSource());
            assertThat(state(pool.dataSource())).as("after publishing").isEqualTo(before);
        }
    }

    /** Longer than the component's own answer timeout. */
    @ParameterizedTest
    @EnumSource
    void theApplicationMayWaitAsLongAsBefore(Pool kind) throws Exception {
        Duration answerTimeout = Duration.ofSeconds(2);
        try (Pool.Opened pool = kind.open(postgres, url(""), 1)) {
            try (PgPubSub pubSub = PgPubSub.to(new DataSourceConnectionSource(pool.dataSource()))
                    .heartbeat(Duration.ofSeconds(5), answerTimeout).build()) {
                listen(pubSub);
            }
            try (Connection connection = pool.dataSource().getConnection(); Statement statement = connection.createStatement()) {
                statement.execute("select pg_sleep(" + (answerTimeout.toSeconds() + 1) + ")");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "C3P0")
    void withoutAutocommitTheSame(Pool kind) throws Exception {
        try (Pool.Opened pool = kind.open(postgres, url(""), 1, false)) {
            Map<String, String> before = state(pool.dataSource());
            assertThat(before).containsEntry("autocommit", "false");
            listen(pool.dataSource());
            assertThat(state(pool.dataSource())).as("after listening").isEqualTo(before);
            publish(pool.dataSource());
            assertThat(state(pool.dataSource())).as("after publishing").isEqualTo(before);
        }
    }

    /** A customizer's changes are unknown, so no other user may get this connection. */
    @ParameterizedTest
    @EnumSource
    void whatACustomizerHasDoneDoesNotComeBack(Pool kind) throws Exception {
        ConnectionCustomizer customizer = connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set statement_timeout to '9s'");
            }
        };
        try (Pool.Opened pool = kind.open(postgres, url(""), 1)) {
            Map<String, String> before = state(pool.dataSource());
            listen(pool.dataSource(), customizer);
            assertAnother(state(pool.dataSource()), before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatACustomizerThatThrowsHasDoneDoesNotComeBack(Pool kind) throws Exception {
        for (Throwable failure : List.of(new SQLException("of the customizer"), new IllegalStateException("of the customizer"),
                new NoClassDefFoundError("of the customizer"))) {
            try (Pool.Opened pool = kind.open(postgres, url(""), 1)) {
                Map<String, String> before = state(pool.dataSource());
                ConnectionCustomizer customizer = connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("set statement_timeout to '9s'");
                    }
                    PoolsIT.<SQLException>sneak(failure);
                };
                try (PgPubSub pubSub = pubSub(pool.dataSource(), customizer)) {
                    pubSub.startPublishing();
                }
                assertAnother(state(pool.dataSource()), before);
            }
        }
    }

    /** The component checks through a second connection whether the first one keeps its backend. */
    @ParameterizedTest
    @EnumSource
    void throughAPoolerTheSame(Pool kind) throws Exception {
        PgBouncer.assumeInstalled();
        try (PgBouncer pooler = new PgBouncer(postgres, Map.of("pool_mode", "transaction"));
                Pool.Opened pool = kind.open(postgres, pooler.url(), 2)) {
            List<String> before = bothOnThisSide(pool.dataSource());
            try (PgPubSub pubSub = pubSub(pool.dataSource(), null)) {
                assertThatThrownBy(() -> pubSub.subscribe(SubscriptionOptions.of("a"), new Received()))
                        .hasMessageContaining("pool_mode");
                send(pubSub);
            }
            assertThat(bothOnThisSide(pool.dataSource())).isEqualTo(before);
        }
    }

    private static void assertAnother(Map<String, String> after, Map<String, String> before) {
        assertThat(after.get("backend")).isNotEqualTo(before.get("backend"));
        after.put("backend", before.get("backend"));
        assertThat(after).isEqualTo(before);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    /** Opens a subscription that leads, receives a message, and closes it. */
    private static void listen(DataSource pool) throws Exception {
        listen(pool, null);
    }

    private static void listen(DataSource pool, ConnectionCustomizer customizer) throws Exception {
        try (PgPubSub pubSub = pubSub(pool, customizer)) {
            listen(pubSub);
        }
    }

    private static void listen(PgPubSub pubSub) throws Exception {
        Received received = new Received();
        try (Subscription alone = pubSub.subscribe(SubscriptionOptions.of("a"), received);
                Subscription all = pubSub.subscribe(SubscriptionOptions.to("a").singleListener(false).build(), received)) {
            Inbox.await(() -> assertThat(alone.isReceiving()).isTrue());
            postgres.notify("a", "hello");
            Inbox.await(() -> assertThat(received.payloads).containsExactly("hello", "hello"));
            assertThat(all.isReceiving()).isTrue();
        }
    }

    private static void publish(DataSource pool) throws Exception {
        try (PgPubSub pubSub = pubSub(pool, null)) {
            send(pubSub);
        }
    }

    private static void send(PgPubSub pubSub) throws Exception {
        CompletableFuture<Exception> outcome = new CompletableFuture<>();
        pubSub.publish("a", "hello", Duration.ofSeconds(10), outcome::complete);
        assertThat(outcome.get(60, TimeUnit.SECONDS)).isNull();
    }

    private static PgPubSub pubSub(DataSource pool, ConnectionCustomizer customizer) {
        return PgPubSub.to(new DataSourceConnectionSource(pool)).heartbeat(Duration.ofSeconds(5), HEARTBEAT_TIMEOUT)
                .customizer(customizer).build();
    }

    private static String url(String parameter) {
        return postgres.url() + (postgres.url().contains("?") ? "&" : "?") + parameter;
    }

    /** State of the pool's only connection, as an application finds it. */
    private static Map<String, String> state(DataSource pool) throws SQLException {
        Map<String, String> state = new TreeMap<>();
        try (Connection connection = pool.getConnection()) {
            onThisSide(connection, state);
            try (Statement statement = connection.createStatement()) {
                try (ResultSet rows = statement.executeQuery("select name, setting || ' of ' || source from pg_settings")) {
                    while (rows.next()) {
                        state.put(rows.getString(1), rows.getString(2));
                    }
                }
                try (ResultSet row = statement.executeQuery("""
                        select pg_backend_pid(), (select count(*) from pg_listening_channels()),
                            (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())""")) {
                    row.next();
                    state.put("backend", row.getString(1));
                    state.put("listens", row.getString(2));
                    state.put("locks", row.getString(3));
                }
            }
            PGConnection pg = connection.unwrap(PGConnection.class);
            state.put("notifications", String.valueOf(pg.getNotifications().length));
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        }
        return state;
    }

    private static void onThisSide(Connection connection, Map<String, String> state) throws SQLException {
        PGConnection pg = connection.unwrap(PGConnection.class);
        state.put("autocommit", String.valueOf(connection.getAutoCommit()));
        state.put("network timeout", String.valueOf(connection.getNetworkTimeout()));
        state.put("read only", String.valueOf(connection.isReadOnly()));
        state.put("isolation", String.valueOf(connection.getTransactionIsolation()));
        state.put("holdability", String.valueOf(connection.getHoldability()));
        state.put("catalog", connection.getCatalog());
        state.put("schema", connection.getSchema());
        state.put("warnings", String.valueOf(connection.getWarnings()));
        state.put("client info", new TreeMap<>(connection.getClientInfo()).toString());
        state.put("prepare threshold", String.valueOf(pg.getPrepareThreshold()));
        state.put("fetch size", String.valueOf(pg.getDefaultFetchSize()));
        state.put("autosave", String.valueOf(pg.getAutosave()));
        state.put("query mode", String.valueOf(pg.getPreferQueryMode()));
    }

    private static List<String> bothOnThisSide(DataSource pool) throws SQLException {
        List<String> states = new ArrayList<>();
        try (Connection one = pool.getConnection(); Connection other = pool.getConnection()) {
            for (Connection each : List.of(one, other)) {
                Map<String, String> state = new TreeMap<>();
                onThisSide(each, state);
                // PgBouncer reports the driver's own application name only when it changes.
                state.remove("client info");
                states.add(state.toString());
            }
        }
        return states;
    }
}
