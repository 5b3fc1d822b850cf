package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.ServiceStatus;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.spi.SupervisingRouteController;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * At an application's start the server is unreachable or has no free connection, or it is away for longer than the user waits.
 */
@Tag("long")
class StartWithoutServerIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final Proxy proxy = new Proxy(postgres.server());
    private final Arrivals arrivals = new Arrivals();

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    @Test
    void consumersWaitInTheBackgroundAndSaySo() throws Exception {
        postgres.server().stop();
        try (Application application = new Application(postgres)
                .receive("single", "pgpubsub:background", arrivals)
                .receive("all", "pgpubsub:background?singleListener=false", arrivals)
                .start()) {
            application.awaitHealth("single", HealthCheck.State.DOWN);
            application.awaitHealth("all", HealthCheck.State.DOWN);
            assertThat(application.status("single")).isEqualTo(ServiceStatus.Started);

            postgres.server().startAgain();
            application.awaitHealth("single", HealthCheck.State.UP);
            application.awaitHealth("all", HealthCheck.State.UP);
            soon(() -> assertThat(application.isReceiving("single") && application.isReceiving("all")).isTrue());
            postgres.notify("background", "hello");
            arrivals.awaitBodies("hello", "hello");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void producersFailUntilTheServerIsThere(boolean lazy) throws Exception {
        proxy.refuse(true);
        try (Application application = new Application(postgres).through(proxy)
                .route(route -> route.from("direct:out").to("pgpubsub:out?sendTimeout=500ms&lazyStartProducer=" + lazy));
                Application other = new Application(postgres).receive("in", "pgpubsub:out", arrivals)) {
            application.start();
            other.start();
            assertThatThrownBy(() -> application.send("direct:out", "not sent")).cause()
                    .hasMessageContaining("Not sent: no connection");

            proxy.refuse(false);
            application.sendAgainAndAgain("direct:out", "sent");
            arrivals.awaitBody("sent");
            assertThat(arrivals.bodies()).doesNotContain("not sent");
        }
    }

    /** With reconnectLimit=0 Camel decides when to try again, not the component. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void camelsSupervisorStartsTheRouteOnceTheServerIsThere(boolean singleListener) throws Exception {
        proxy.refuse(true);
        try (Application application = new Application(postgres).through(proxy)
                .receive("in", "pgpubsub:supervised?reconnectLimit=0&singleListener=" + singleListener, arrivals)) {
            SupervisingRouteController supervisor = application.context().getRouteController().supervising();
            supervisor.setBackOffDelay(100);
            supervisor.setInitialDelay(1);
            application.start();
            soon(() -> assertThat(supervisor.getRestartException("in")).hasMessageContaining("gave up after 0 attempts"));
            assertThat(application.status("in")).isNotEqualTo(ServiceStatus.Started);

            proxy.refuse(false);
            soon(() -> assertThat(application.status("in")).isEqualTo(ServiceStatus.Started));
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.notify("supervised", "hello");
            arrivals.awaitBodies("hello");

            // And after each loss.
            for (String body : List.of("once", "twice")) {
                proxy.refuse(true);
                proxy.reset();
                soon(() -> assertThat(application.status("in")).isNotEqualTo(ServiceStatus.Started));
                proxy.refuse(false);
                soon(() -> assertThat(application.isReceiving("in")).isTrue());
                postgres.notify("supervised", body);
                arrivals.awaitBody(body);
            }
            // The server takes a moment to notice that a client has disconnected.
            soon(() -> assertThat(application.backends("%")).hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoGivesUpFailsItsRouteWhichCanBeStartedAgain(boolean singleListener) throws Exception {
        List<Exception> failures = new CopyOnWriteArrayList<>();
        try (Application application = new Application(postgres).through(proxy)) {
            application.configuration().setReconnectDelay(20);
            application.configuration().setReconnectLimit(3);
            application.route(route -> {
                route.onException(SQLException.class).handled(true)
                        .process(exchange -> failures.add(exchange.getProperty("CamelExceptionCaught", Exception.class)));
                route.from("pgpubsub:limit?bridgeErrorHandler=true&singleListener=" + singleListener).routeId("in")
                        .process(arrivals);
            }).receive("too", "pgpubsub:limit?singleListener=" + singleListener, new Arrivals()).start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());

            proxy.refuse(true);
            proxy.reset();
            for (String routeId : List.of("in", "too")) {
                soon(() -> assertThat(application.status(routeId)).isEqualTo(ServiceStatus.Stopped));
                soon(() -> assertThat(application.context().getRoute(routeId).getLastError()).isNotNull());
                assertThat(application.context().getRoute(routeId).getLastError().getException())
                        .hasMessageContaining("gave up after 3 attempts");
                application.awaitHealth(routeId, HealthCheck.State.DOWN);
            }
            // The loss itself, three attempts, and giving up.
            soon(() -> assertThat(failures).hasSize(5).last()
                    .satisfies(last -> assertThat(last).hasMessageContaining("reconnectLimit")));
            soon(() -> assertThat(application.backends("%")).isEmpty());
            soon(() -> assertThat(application.threads()).isEmpty());

            proxy.refuse(false);
            application.context().getRouteController().startRoute("in");
            application.awaitHealth("in", HealthCheck.State.UP);
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.notify("limit", "hello");
            arrivals.awaitBodies("hello");
        }
    }

    @Test
    void aServerWithTooManyConnectionsIsAskedAgain() throws Exception {
        postgres.createRole("crowded", "c");
        postgres.execute("alter role crowded connection limit 1");
        try (Application application = new Application(postgres)
                .receive("in", "pgpubsub:crowded", arrivals)
                .route(route -> route.from("direct:out").to("pgpubsub:crowded?sendTimeout=300ms"))) {
            application.configuration().setUser("crowded");
            application.configuration().setPassword("c");
            try (Connection other = DriverManager.getConnection(postgres.url(), "crowded", "c")) {
                application.start();
                assertThat(application.isReceiving("in")).isFalse();
                assertThatThrownBy(() -> application.send("direct:out", "no place")).cause().hasMessageContaining("Not sent");
                assertThat(other.isValid(1)).isTrue();
            }
            // One of the two gets the connection, the other keeps trying.
            soon(() -> assertThat(application.backends("%")).hasSize(1));
            postgres.execute("alter role crowded connection limit 2");
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.sendAgainAndAgain("direct:out", "hello");
            arrivals.awaitBody("hello");
            assertThat(application.backends("listen")).hasSize(1);
            assertThat(application.backends("publish")).hasSize(1);
        }
    }
}
