package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.main.Main;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Where the database comes from and how it is used. Settings that can't work are refused with a helpful message. */
class ConfigurationTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub:in", "pgpubsub:in?singleListener=false", "timer:out?delay=-1"})
    void withoutADatabaseNothingStarts(String from) throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres().route(route -> route.from(from).to("pgpubsub:out"))) {
            assertThatThrownBy(camel::start)
                    .hasMessageContainingAll("No database", "url", "dataSource", "camel.component.pgpubsub.url");
        }
    }

    @Test
    void twoDataSourcesAreTooManyToChooseFrom() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres().receive("pgpubsub:in", new Inbox())) {
            camel.context().getRegistry().bind("orders", postgres.dataSource());
            camel.context().getRegistry().bind("invoices", postgres.dataSource());

            assertThatThrownBy(camel::start)
                    .hasMessageContainingAll("2 DataSources", "url", "dataSource");
        }
    }

    @Test
    void ofTwoDataSourcesOneCanBeNamed() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres().receive("pgpubsub:in?dataSource=#orders", inbox)) {
            camel.context().getRegistry().bind("orders", postgres.dataSource());
            camel.context().getRegistry().bind("invoices", new PGSimpleDataSource());
            camel.start();

            camel.send("pgpubsub:in?dataSource=#orders", "hello");
            inbox.awaitBodies("hello");
        }
    }

    @Test
    void theOnlyDataSourceOfTheRegistryIsTaken() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres().receive("pgpubsub:in", inbox)) {
            camel.context().getRegistry().bind("anything", postgres.dataSource());
            camel.start();

            camel.send("pgpubsub:in", "hello");
            inbox.awaitBodies("hello");
        }
    }

    @Test
    void aPoolGetsItsConnectionsBackAndClean() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.dataSource());
        config.setMaximumPoolSize(2);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            // State that the application leaves in its connections is gone when the component returns them.
            try (Connection one = pool.getConnection(); Connection other = pool.getConnection()) {
                for (Connection each : new Connection[] {one, other}) {
                    try (Statement statement = each.createStatement()) {
                        statement.execute("listen \"the application's own\"");
                    }
                    answer(each, "select pg_advisory_lock_shared(1)");
                }
            }
            Inbox inbox = new Inbox();
            try (CamelWithPostgres camel = new CamelWithPostgres().receive("pgpubsub:in", inbox)) {
                camel.configuration().setDataSource(pool);
                camel.start();
                camel.send("pgpubsub:in", "hello");
                inbox.awaitBodies("hello");
                assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(2);
            }

            Inbox.await(() -> assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero());
            try (Connection one = pool.getConnection(); Connection other = pool.getConnection()) {
                for (Connection each : new Connection[] {one, other}) {
                    assertThat(answer(each, "select count(*) from pg_listening_channels()")).isEqualTo("0");
                    assertThat(
                            answer(each, "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"))
                            .isEqualTo("0");
                    assertThat(answer(each, "show lock_timeout")).isEqualTo("0");
                    assertThat(answer(each, "show application_name")).doesNotContain("pgpubsub");
                    assertThat(each.getNetworkTimeout()).isZero();
                }
            }
        }
    }

    @Test
    void withAUrlAndADataSourceListeningTakesTheUrlAndPublishingTheDataSource() throws Exception {
        PGSimpleDataSource pooler = postgres.dataSource();
        pooler.setApplicationName("through the pooler");
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).receive("pgpubsub:in", inbox)) {
            camel.configuration().setUrl(postgres.url() + "?ApplicationName=direct");
            camel.configuration().setDataSource(pooler);
            camel.start();
            camel.send("pgpubsub:in", "hello");

            inbox.awaitBodies("hello");
            assertThat(inbox.messages().get(0).getHeader(PgPubSubConstants.PID))
                    .isEqualTo(postgres.backends("through the pooler").get(0));
            assertThat(postgres.backends("through the pooler")).hasSize(1);
            assertThat(postgres.backends("direct")).hasSize(1);
        }
    }

    @Test
    void aWrongPasswordFailsTheStartAndIsNotTriedForEver() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        PGSimpleDataSource wrong = new PGSimpleDataSource() {
            private static final long serialVersionUID = 1L;

            @Override
            public Connection getConnection() throws SQLException {
                attempts.incrementAndGet();
                return super.getConnection();
            }
        };
        wrong.setUrl(postgres.url());
        wrong.setUser(postgres.user());
        wrong.setPassword("not this one");
        try (CamelWithPostgres camel = new CamelWithPostgres().receive("pgpubsub:in", new Inbox())) {
            camel.configuration().setDataSource(wrong);

            assertThatThrownBy(camel::start).hasMessageContaining("password authentication failed");
            int soFar = attempts.get();
            assertThat(soFar).isLessThanOrEqualTo(2);
            Awaitility.await().during(Duration.ofMillis(300)).until(() -> attempts.get() == soFar);
        }
    }

    @Test
    void aWrongPasswordFailsTheStartOfAProducerToo() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .route(route -> route.from("direct:out").to("pgpubsub:out"))) {
            camel.configuration().setPassword("not this one");

            assertThatThrownBy(camel::start).hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void aDatabaseThatDoesNotExistFailsTheStart() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).receive("pgpubsub:in", new Inbox())) {
            camel.configuration().setUrl(postgres.server().url("no_such_database"));

            assertThatThrownBy(camel::start).hasMessageContaining("no_such_database");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDatabaseThatIsOutOfReachAtFirstIsWaitedFor(boolean singleListener) throws Exception {
        Inbox inbox = new Inbox();
        try (Proxy proxy = new Proxy(postgres.server());
                CamelWithPostgres camel = new CamelWithPostgres(postgres)
                        .route(route -> route.from("pgpubsub:in?singleListener=" + singleListener).routeId("in").process(inbox))
                        .route(route -> route.from("direct:out").to("pgpubsub:in"))) {
            proxy.refuse(true);
            camel.configuration().setUrl("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database());
            camel.start();
            assertThat(camel.isReceiving("in")).isFalse();

            proxy.refuse(false);
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            camel.send("direct:out", "hello");
            inbox.awaitBodies("hello");
        }
    }

    @Test
    void theConnectionCustomizerGetsEachNewConnection() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ConnectionCustomizer customizer = connection -> {
            calls.incrementAndGet();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set application_name = 'customized'");
            }
        };
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.context().getRegistry().bind("mine", customizer);
            camel.receive("pgpubsub:in?connectionCustomizer=#mine", inbox).start();
            camel.send("pgpubsub:in?connectionCustomizer=#mine", "hello");

            inbox.awaitBodies("hello");
            assertThat(calls).hasValue(2);
            assertThat(postgres.backends("customized")).hasSize(2);

            postgres.backends("customized").forEach(postgres::terminate);
            Inbox.await(() -> assertThat(calls).hasValueGreaterThanOrEqualTo(3));
            Inbox.await(() -> assertThat(postgres.backends("customized")).isNotEmpty());
        }
    }

    @Test
    void timesTakeCamelsDurations() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            PgPubSubConfiguration endpoint = camel.context().getEndpoint(
                    "pgpubsub:in?reconnectDelay=250ms&reconnectMaxDelay=1m&acquireInterval=2s&sendTimeout=1500",
                    PgPubSubEndpoint.class)
                    .getConfiguration();

            assertThat(endpoint).returns(250L, PgPubSubConfiguration::getReconnectDelay)
                    .returns(60_000L, PgPubSubConfiguration::getReconnectMaxDelay)
                    .returns(2000L, PgPubSubConfiguration::getAcquireInterval)
                    .returns(1500L, PgPubSubConfiguration::getSendTimeout);
        }
    }

    @Test
    void propertiesOfTheComponentAreDefaultsThatAnEndpointOverrules() throws Exception {
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub.url", postgres.libpqUri());
        main.addInitialProperty("camel.component.pgpubsub.send-timeout", "5s");
        main.addInitialProperty("camel.component.pgpubsub.singleListener", "false");
        main.addInitialProperty("camel.component.pgpubsub.payload-format", "json");
        main.addInitialProperty("camel.component.pgpubsub.queue-size", "7");
        try {
            main.start();

            assertThat(main.getCamelContext().getEndpoint("pgpubsub:in?queueSize=8", PgPubSubEndpoint.class).getConfiguration())
                    .returns(5000L, PgPubSubConfiguration::getSendTimeout)
                    .returns(false, PgPubSubConfiguration::isSingleListener)
                    .returns(PayloadFormat.json, PgPubSubConfiguration::getPayloadFormat)
                    .returns(8, PgPubSubConfiguration::getQueueSize);
            assertThat(main.getCamelContext().getComponent("pgpubsub", PgPubSubComponent.class).getConfiguration().getQueueSize())
                    .isEqualTo(7);
        } finally {
            main.shutdown();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "queueSize=0              | queueSize is 0; it must be at least 1",
        "queueSize=-1             | queueSize is -1; it must be at least 1",
        "concurrentConsumers=0    | concurrentConsumers is 0; it must be at least 1",
        "maxBatch=0               | maxBatch is 0; it must be at least 1",
        "acquireInterval=0        | acquireInterval is 0; it must be at least 1",
        "reconnectDelay=0         | reconnectDelay is 0; it must be at least 1",
        "reconnectMaxDelay=-5     | reconnectMaxDelay is -5; it must be at least 1",
        "sendTimeout=0            | sendTimeout is 0; it must be at least 1",
        "leaderTimeout=1          | The option leaderTimeout is 1; it must be 0 or at least 100",
        "leaderTimeout=99         | leaderTimeout is 99; it must be 0 or at least 100",
        "leaderTimeout=-1         | leaderTimeout is -1; it must be 0 or at least 100",
        "leaderTimeout=25d        | leaderTimeout is 2160000000; it must be at most 2073600000",
        "acquireInterval=9223372036854775807   | acquireInterval is 9223372036854775807; it must be at most 2073600000",
        "reconnectDelay=9223372036854775807    | reconnectDelay is 9223372036854775807; it must be at most 2073600000",
        "reconnectMaxDelay=9223372036854775807 | reconnectMaxDelay is 9223372036854775807; it must be at most 2073600000",
        "sendTimeout=9223372036854775807       | sendTimeout is 9223372036854775807; it must be at most 2073600000",
        "heartbeatInterval=100d   | heartbeatInterval is 8640000000; it must be at most 32400000",
        "heartbeatTimeout=10h     | heartbeatTimeout is 36000000; it must be at most 32400000",
        "concurrentConsumers=1000000 | concurrentConsumers is 1000000; it must be at most 10000",
        "group=                   | group is empty",
        "payloadFormat=xml        | xml",
        "bodyType=java.util.Map   | bodyType needs payloadFormat=json",
        "bodyType=no.such.Type&payloadFormat=json | no.such.Type",
        "queueSize=many           | many",
        "reconnectDelay=soon      | soon",
        "singleListener=perhaps   | perhaps",
        "nonsense=1               | nonsense",
        "dataSource=#nowhere      | nowhere",
        "url=mysql://host/db      | jdbc:postgresql:",
    })
    void badValuesAreRefusedBeforeAnythingStarts(String option, String said) throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).receive("pgpubsub:in?" + option, new Inbox())) {
            assertThatThrownBy(camel::start).hasStackTraceContaining(said);
            assertThat(camel.backends(postgres, "%")).isEmpty();
        }
    }

    /** On the server the values become TCP settings. If the kernel refuses a value, only the server's log says so. */
    @ParameterizedTest
    @ValueSource(strings = {
        "leaderTimeout=100&acquireInterval=1",
        "leaderTimeout=24d&acquireInterval=24d&reconnectDelay=24d&reconnectMaxDelay=24d&sendTimeout=24d",
        "heartbeatInterval=9h&heartbeatTimeout=9h",
        "concurrentConsumers=500",
    })
    void whatIsJustWithinTheBoundsWorks(String options) throws Exception {
        Inbox inbox = new Inbox();
        String uri = "pgpubsub:bounds?" + options;
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).receive(uri, inbox).start()) {
            camel.send(uri, "hello");
            inbox.awaitBodies("hello");
        }
    }

    /** The heartbeats' bound is what a kernel accepts: the server shows each value as it was set. */
    @Test
    void theLongestHeartbeatsAreInForceOnTheServer() throws Exception {
        long seconds = Duration.ofMillis(Range.HEARTBEAT.most()).toSeconds();
        try (Connection connection = postgres.dataSource().getConnection(); Statement statement = connection.createStatement()) {
            for (String setting : List.of("tcp_keepalives_idle", "tcp_keepalives_interval")) {
                statement.execute("set " + setting + " = " + seconds);
                assertThat(answer(connection, "show " + setting)).isEqualTo(String.valueOf(seconds));
            }
        }
    }

    @Test
    void aConnectionThatIsLostAgainAndAgainComesBackEachTime() throws Exception {
        Inbox inbox = new Inbox();
        Inbox losses = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .route(route -> {
                    route.onException(SQLException.class).handled(true).process(losses);
                    route.from("pgpubsub:in?reconnectDelay=20&bridgeErrorHandler=true").routeId("in").process(inbox);
                })
                .start()) {
            for (int round = 1; round <= 3; round++) {
                camel.send("pgpubsub:in?reconnectDelay=20", "before loss " + round);
                inbox.awaitSize(2 * round - 1);

                int lost = camel.backends(postgres, "listen").get(0);
                camel.backends(postgres, "%").forEach(postgres::terminate);
                Inbox.await(() -> {
                    assertThat(camel.backends(postgres, "listen")).hasSize(1).doesNotContain(lost);
                    assertThat(camel.isReceiving("in")).isTrue();
                });

                String after = "after loss " + round;
                // The first send on the broken connection may fail with an unknown outcome.
                Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                    camel.send("pgpubsub:in?reconnectDelay=20", after);
                    return true;
                });
                inbox.awaitSize(2 * round);
                int heard = round;
                // The error handler hears of it, on a thread of its own.
                Inbox.await(() -> assertThat(losses.messages()).hasSizeGreaterThanOrEqualTo(heard));
            }
            inbox.awaitBodies("before loss 1", "after loss 1", "before loss 2", "after loss 2", "before loss 3", "after loss 3");
        }
    }

    private static String answer(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
