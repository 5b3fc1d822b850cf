package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.EmbeddedServer;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Standby;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary and its hot standby: no member listens or leads on the standby, and all members move there when it is promoted. */
@Tag("long")
class FailoverIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private Standby standby;

    @BeforeEach
    void copy() {
        standby = Standby.of((EmbeddedServer) postgres.server());
    }

    @AfterEach
    void end() throws Exception {
        standby.close();
    }

    /** The replica comes first in the URL. */
    @Test
    void listenersAndSendersFollowThePrimary() throws Exception {
        Arrivals single = new Arrivals();
        Arrivals all = new Arrivals();
        try (Application application = new Application(postgres)) {
            application.configuration().setUrl("jdbc:postgresql://" + standby.host() + ":" + standby.port() + ","
                    + postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database());
            application.receive("single", "pgpubsub:failover?gapMarker=reconnect", single)
                    .receive("all", "pgpubsub:failover?gapMarker=reconnect&singleListener=false", all)
                    .route(route -> route.from("direct:out").to("pgpubsub:failover")).start();
            soon(() -> assertThat(application.isReceiving("single") && application.isReceiving("all")).isTrue());
            application.send("direct:out", "to the first");
            single.awaitBodies("to the first");
            all.awaitBodies("to the first");
            assertThat(sessionsOnStandby()).isZero();

            postgres.server().stopImmediately();
            application.awaitHealth("single", HealthCheck.State.DOWN);
            // Each attempt finds that this server is a replica.
            assertThat(application.isReceiving("single") || application.isReceiving("all")).isFalse();
            assertThat(locksOnStandby()).isZero();
            long begin = System.nanoTime();
            standby.promote();
            soon(() -> assertThat(application.isReceiving("single") && application.isReceiving("all")).isTrue());
            long moved = (System.nanoTime() - begin) / 1_000_000;
            application.sendAgainAndAgain("direct:out", "to the second");
            single.awaitBody("to the second");
            all.awaitBody("to the second");
            Figures.print("fail-over: listening on the new primary %d ms after its promotion began", moved);
            assertThat(single.gaps()).hasSize(1);
            assertThat(all.gaps()).hasSize(1);
        } finally {
            postgres.server().startAgain();
        }
    }

    @Test
    void aUrlThatNamesAReplicaOnlyIsToldSo() throws Exception {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        try (Application application = new Application(postgres)) {
            application.configuration().setUrl(
                    "jdbc:postgresql://" + standby.host() + ":" + standby.port() + "/" + postgres.database());
            application.route(route -> {
                route.onException(SQLException.class).handled(true)
                        .process(exchange -> failures.add(exchange.getProperty("CamelExceptionCaught", Exception.class)));
                route.from("pgpubsub:replica?bridgeErrorHandler=true").routeId("in").to("mock:in");
            });
            application.start();
            soon(() -> assertThat(failures).hasSizeGreaterThan(2));
            assertThat(failures).allSatisfy(failure -> assertThat(failure)
                    .hasMessageContainingAll("is a replica (pg_is_in_recovery)", "targetServerType=primary"));
            application.awaitHealth("in", HealthCheck.State.DOWN);
            assertThatThrownBy(() -> application.send("pgpubsub:replica?sendTimeout=300ms", "hello")).cause()
                    .hasMessageContaining("Not sent");
            assertThat(locksOnStandby()).isZero();
        }
    }

    private long sessionsOnStandby() throws SQLException {
        return number("select count(*) from pg_stat_activity where application_name like 'pgpubsub %'");
    }

    private long locksOnStandby() throws SQLException {
        return number("select count(*) from pg_locks where locktype = 'advisory'");
    }

    private long number(String query) throws SQLException {
        try (Connection connection = standby.dataSource(postgres.database()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
