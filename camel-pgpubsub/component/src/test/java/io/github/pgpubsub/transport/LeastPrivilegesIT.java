package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.camel.CamelWithPostgres;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.docs.Pages;
import io.github.pgpubsub.docs.Snippet;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The role of docs/connections.md may connect and nothing else. This is enough for everything except one case. */
@Tag("long")
class LeastPrivilegesIT {

    private static final String ROLE = "least";
    private static final String OTHER_ROLE = "least_too";
    private static final String PASSWORD = "secret";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createRoles() {
        String sql = Snippet.of(Pages.ROOT.resolve("docs/connections.md")).stream()
                .filter(snippet -> snippet.language().equals("pgsql")).findFirst().orElseThrow().text();
        assertThat(sql).contains("ROLE camel LOGIN PASSWORD '" + PASSWORD + "'", "DATABASE app");
        String here = sql.replace("DATABASE app", "DATABASE " + postgres.database());
        postgres.execute(here.replace("camel", ROLE));
        postgres.execute(here.replace("camel", OTHER_ROLE));
    }

    /** Roles belong to the whole server. */
    @AfterAll
    static void dropRoles() {
        postgres.execute("drop owned by " + ROLE + ", " + OTHER_ROLE + "; drop role " + ROLE + ", " + OTHER_ROLE);
    }

    @Test
    void theRoleMayDoNothingElse() throws SQLException {
        try (Connection session = connect(ROLE); Statement statement = session.createStatement()) {
            for (String sql : List.of("create table public.t (id int)", "create temporary table t (id int)", "create schema s")) {
                assertThatThrownBy(() -> statement.execute(sql)).hasMessageContaining("permission denied");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?filtered=true", "?singleListener=false", "?singleListener=false&filtered=true"})
    void bothSidesWork(String options) throws Exception {
        Inbox inbox = new Inbox();
        try (LoggedLines logged = LoggedLines.capture();
                CamelWithPostgres camel = as(ROLE).receive("pgpubsub:least" + options, inbox).start();
                CamelWithPostgres other = as(OTHER_ROLE).start()) {
            other.send("pgpubsub:least", "of another");
            camel.send("pgpubsub:least", "own");
            other.send("pgpubsub:least", "of another again");

            if (options.contains("filtered")) {
                inbox.awaitBodies("of another", "of another again");
            } else {
                inbox.awaitBodies("of another", "own", "of another again");
            }
            assertThat(logged.lines()).noneMatch(line -> line.startsWith("WARN io.github") || line.contains("permission denied"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ROLE, OTHER_ROLE})
    void aMemberHandsOver(String roleOfTheHeir) throws Exception {
        Inbox first = new Inbox();
        Inbox second = new Inbox();
        String uri = "pgpubsub:handed over?acquireInterval=50&gapMarker=reconnect";
        try (CamelWithPostgres leader = as(ROLE).receive(uri, first).start();
                CamelWithPostgres heir = as(roleOfTheHeir).route(route -> route.from(uri).routeId("heir").process(second))
                        .start()) {
            heir.send("pgpubsub:handed over", "1");
            first.awaitBodies("1");
            Inbox.await(() -> assertThat(heir.isInStep("heir")).isTrue());

            leader.context().stop();
            Inbox.await(() -> assertThat(heir.isReceiving("heir")).isTrue());
            heir.send("pgpubsub:handed over", "2");
            second.awaitBodies("2");
        }
    }

    /** LeaderFrozenIT covers the exception: a frozen listener of another role. */
    @Test
    void aListenersSessionIsEndedByItsOwnRoleOnly() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = as(ROLE).receive("pgpubsub:least", inbox).start()) {
            int backend = camel.backends(postgres, "listen").get(0);
            String end = "select pg_terminate_backend(" + backend + ")";
            try (Connection session = connect(OTHER_ROLE); Statement statement = session.createStatement()) {
                assertThatThrownBy(() -> statement.execute(end)).isInstanceOfSatisfying(SQLException.class,
                        refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
            }
            try (Connection session = connect(ROLE); Statement statement = session.createStatement()) {
                statement.execute(end);
            }
            Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).hasSize(1).doesNotContain(backend));
        }
    }

    private static CamelWithPostgres as(String role) {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        camel.configuration().setUser(role);
        camel.configuration().setPassword(PASSWORD);
        return camel;
    }

    private static Connection connect(String role) throws SQLException {
        return DriverManager.getConnection(postgres.url(), role, PASSWORD);
    }
}
