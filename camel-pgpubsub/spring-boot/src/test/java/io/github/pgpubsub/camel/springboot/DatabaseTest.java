package io.github.pgpubsub.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.camel.PgPubSubEndpoint;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;

/** Where an application's database is, and messages that go there and back. */
class DatabaseTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** From the channel {@code greetings} into the inbox. */
    static class Route extends RouteBuilder {

        private final Queue<String> inbox = new ConcurrentLinkedQueue<>();

        @Override
        public void configure() {
            from("pgpubsub:greetings").routeId("greetings")
                    .process(exchange -> inbox.add(exchange.getMessage().getBody(String.class)));
        }

        void await(String... bodies) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(inbox).containsExactly(bodies));
        }
    }

    @Test
    void aUrlForTheComponent() {
        try (Application application = Application.start(Application.with(Route.class),
                "camel.component.pgpubsub.url=" + postgres.url(),
                "camel.component.pgpubsub.user=" + postgres.user(),
                "camel.component.pgpubsub.password=" + postgres.password(),
                "camel.component.pgpubsub.single-listener=false",
                "camel.component.pgpubsub.send-timeout=5s")) {
            sendsAndReceives(application);
            assertThat(((PgPubSubEndpoint) application.camel().getRoute("greetings").getEndpoint()).getConfiguration())
                    .satisfies(configuration -> assertThat(configuration.isSingleListener()).isFalse())
                    .satisfies(configuration -> assertThat(configuration.getSendTimeout()).isEqualTo(5000));
        }
        awaitNoSession();
    }

    @Test
    void springsOwnDataSource() {
        HikariDataSource pool;
        try (Application application = Application.start(Application.with(Route.class), springDataSource())) {
            pool = application.bean(HikariDataSource.class);
            sendsAndReceives(application);
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).as("one listens, one sends").isEqualTo(2);

            application.bean(JdbcTemplate.class).queryForList("select pg_notify('greetings', 'from the application')");
            application.bean(Route.class).await("hello", "from SQL", "from the application");
        }
        assertThat(pool.isClosed()).isTrue();
        awaitNoSession();
    }

    @Test
    void aRouteInYaml() {
        try (Application application = Application.start(Application.with(Route.class),
                springDataSource("camel.main.routes-include-pattern=classpath:routes/forward.yaml"))) {
            application.bean(ProducerTemplate.class).sendBody("direct:forward", "by way of YAML");
            application.bean(Route.class).await("by way of YAML");
        }
    }

    static class TwoDatabases {
        @Bean
        DataSource orders() {
            return postgres.dataSource();
        }

        @Bean
        DataSource invoices() {
            return new PGSimpleDataSource();
        }
    }

    @Test
    void ofTwoNoneIsTaken() {
        assertThatThrownBy(() -> Application.start(Application.with(Route.class, TwoDatabases.class), "logging.level.root=off"))
                .hasStackTraceContaining("2 DataSources to choose from: set the option url or the option dataSource")
                .hasStackTraceContaining("camel.component.pgpubsub.url");
    }

    @Test
    void ofTwoOneCanBeNamed() {
        try (Application application = Application.start(Application.with(Route.class, TwoDatabases.class),
                "camel.component.pgpubsub.data-source=#orders")) {
            sendsAndReceives(application);
        }
    }

    static class OneIsPrimary {
        @Bean
        @Primary
        DataSource orders() {
            return postgres.dataSource();
        }

        @Bean
        DataSource invoices() {
            return new PGSimpleDataSource();
        }
    }

    @Test
    void ofTwoThePrimaryOneIsTaken() {
        try (Application application = Application.start(Application.with(Route.class, OneIsPrimary.class))) {
            sendsAndReceives(application);
        }
    }

    @Test
    void withoutADatabaseTheApplicationDoesNotStart() {
        assertThatThrownBy(() -> Application.start(Application.with(Route.class), "logging.level.root=off"))
                .hasStackTraceContaining("No database: set the option url or the option dataSource");
    }

    private static void sendsAndReceives(Application application) {
        application.bean(ProducerTemplate.class).sendBody("pgpubsub:greetings", "hello");
        postgres.notify("greetings", "from SQL");
        application.bean(Route.class).await("hello", "from SQL");
    }

    private static String[] springDataSource(String... more) {
        Stream<String> database = Stream.of("spring.autoconfigure.exclude=", "spring.datasource.url=" + postgres.url(),
                "spring.datasource.username=" + postgres.user(), "spring.datasource.password=" + postgres.password());
        return Stream.concat(database, Stream.of(more)).toArray(String[]::new);
    }

    /** The server takes a moment to notice that a client has disconnected. */
    private static void awaitNoSession() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(postgres.backends("%")).isEmpty());
    }
}
