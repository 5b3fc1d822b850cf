package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.camel.CamelWithPostgres;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.support.PgBouncer;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real PgBouncer: publishing goes through it in any mode; listening in its session mode only, and otherwise is refused. */
@Tag("long")
class PgBouncerIT {

    private static final Map<String, String> TRANSACTION = Map.of("pool_mode", "transaction", "default_pool_size", "2");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void isThere() {
        PgBouncer.assumeInstalled();
    }

    @Test
    void whatIsSentThroughItArrivesInOrder() throws Exception {
        Inbox inbox = new Inbox();
        try (PgBouncer pooler = new PgBouncer(postgres, TRANSACTION);
                CamelWithPostgres camel = behind(pooler).receive("pgpubsub:ordered", inbox).start();
                Sends sends = new Sends(camel, "pgpubsub:ordered")) {
            assertThat(sends.all("", 10_000).failures()).isEmpty();

            inbox.awaitSize(10_000);
            assertThat(inbox.bodies()).isEqualTo(Sends.bodies("", 10_000));
        }
    }

    /** Two contexts and a plain client share this many backends, so the backend does not identify the sender. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void filteredTellsSendersApartThatShareBackends(int poolSize) throws Exception {
        Inbox all = new Inbox();
        Inbox othersOfA = new Inbox();
        Inbox othersOfB = new Inbox();
        String filtered = "pgpubsub:shared?filtered=true&singleListener=false";
        Map<String, String> settings = Map.of("pool_mode", "transaction", "default_pool_size", String.valueOf(poolSize));
        try (PgBouncer pooler = new PgBouncer(postgres, settings);
                CamelWithPostgres a = behind(pooler).receive("pgpubsub:shared", all).receive(filtered, othersOfA).start();
                CamelWithPostgres b = behind(pooler).receive(filtered, othersOfB).start();
                Sends sendsOfA = new Sends(a, "pgpubsub:shared");
                Sends sendsOfB = new Sends(b, "pgpubsub:shared")) {
            CompletableFuture<Void> plain = CompletableFuture.runAsync(() -> notifyThrough(pooler, "sql ", 1000));
            CompletableFuture<?> others = CompletableFuture.runAsync(() -> sendsOfB.all("b ", 5000));
            sendsOfA.all("a ", 5000);
            others.get();
            plain.get();
            assertThat(sendsOfA.failures()).isEmpty();
            assertThat(sendsOfB.failures()).isEmpty();

            all.awaitSize(11_000);
            othersOfA.awaitSize(6000);
            othersOfB.awaitSize(6000);
            assertThat(of("b ", othersOfA)).isEqualTo(Sends.bodies("b ", 5000));
            assertThat(of("sql ", othersOfA)).isEqualTo(Sends.bodies("sql ", 1000));
            assertThat(of("a ", othersOfB)).isEqualTo(Sends.bodies("a ", 5000));
            assertThat(of("sql ", othersOfB)).isEqualTo(Sends.bodies("sql ", 1000));
            // With two backends the pooler chooses one per transaction; with one backend, both senders get the same.
            assertThat(backends(all)).as("backends").hasSizeLessThanOrEqualTo(poolSize);
        }
    }

    static Stream<Arguments> modesThatCantListen() {
        return Stream.of("transaction", "statement").flatMap(mode -> Stream.of(
                Map.of("pool_mode", mode),
                Map.of("pool_mode", mode, "default_pool_size", "1"),
                Map.of("pool_mode", mode, "server_round_robin", "1", "min_pool_size", "2"),
                Map.of("pool_mode", mode, "server_round_robin", "1", "min_pool_size", "5"),
                Map.of("pool_mode", mode, "min_pool_size", "5"))).map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("modesThatCantListen")
    void listeningThroughItIsRefusedWhereTheBackendChanges(Map<String, String> settings) throws Exception {
        try (PgBouncer pooler = new PgBouncer(postgres, settings)) {
            awaitBackends(pooler, Integer.parseInt(settings.getOrDefault("min_pool_size", "1")));
            try (CamelWithPostgres camel = through(pooler).receive("pgpubsub:refused", new Inbox())) {
                assertRefused(catchThrowable(camel::start));
            }
            try (CamelWithPostgres camel = new CamelWithPostgres().receive("pgpubsub:refused", new Inbox())) {
                camel.configuration().setDataSource(pooler.dataSource());
                assertRefused(catchThrowable(camel::start));
            }
        }
    }

    @Test
    void listeningThroughItWorksWhereTheBackendStays() throws Exception {
        Inbox first = new Inbox();
        Inbox second = new Inbox();
        try (PgBouncer pooler = new PgBouncer(postgres, Map.of("pool_mode", "session"));
                CamelWithPostgres one = through(pooler).receive("pgpubsub:session?heartbeatInterval=100", first).start();
                CamelWithPostgres two = through(pooler).receive("pgpubsub:session?heartbeatInterval=100", second).start()) {
            two.send("pgpubsub:session", "hello");
            first.awaitBodies("hello");
            // Heartbeats check that it is still the same backend, with its LISTENs and locks. There is no
            // condition to wait for if they find nothing wrong, so the test waits for several heartbeats.
            Thread.sleep(500);
            one.send("pgpubsub:session", "again");
            first.awaitBodies("hello", "again");

            Inbox.await(() -> assertThat(two.isInStep(two.context().getRoutes().get(0).getId())).isTrue());
            one.context().stop();
            two.send("pgpubsub:session", "handed over");
            second.awaitBodies("handed over");
        }
    }

    /** There is only one connection for listening. A second one, which would reveal the pooler, is not available. */
    @Test
    void aSessionPoolOfOneIsEnoughToListen() throws Exception {
        Inbox inbox = new Inbox();
        try (PgBouncer pooler = new PgBouncer(postgres, Map.of("pool_mode", "session", "default_pool_size", "1"));
                CamelWithPostgres camel = through(pooler).receive("pgpubsub:one?gapMarker=always", inbox)) {
            camel.configuration().setUrl(pooler.url() + "?connectTimeout=1");
            camel.start();

            inbox.awaitSize(1);
            postgres.notify("one", "hello");
            inbox.awaitBodies(null, "hello");
        }
    }

    @Test
    void publishingGoesOnAfterItsRestart() throws Exception {
        Inbox inbox = new Inbox();
        try (PgBouncer pooler = new PgBouncer(postgres, TRANSACTION);
                CamelWithPostgres camel = behind(pooler).receive("pgpubsub:restarted", inbox).start();
                Sends sends = new Sends(camel, "pgpubsub:restarted")) {
            for (int restart = 0; restart < 3; restart++) {
                CompletableFuture<Void> again = CompletableFuture.runAsync(() -> {
                    pooler.stop();
                    pooler.start();
                });
                while (!again.isDone()) {
                    sends.one(String.valueOf(sends.begun().size()));
                    // Sets the sender's pace.
                    Thread.sleep(1);
                }
                // The first send may find the connection broken.
                Inbox.await(() -> {
                    Exchange next = sends.one(String.valueOf(sends.begun().size())).get(60, TimeUnit.SECONDS);
                    assertThat(next.getException()).as("one that is begun when it is back").isNull();
                });
            }
            List<String> confirmed = sends.confirmed();

            // Messages under way at the break. Waiting messages are sent.
            assertThat(sends.failures()).allSatisfy(failure -> assertThat(failure).isInstanceOf(UnknownOutcomeException.class));
            Inbox.await(() -> assertThat(inbox.bodies()).contains(sends.begun().get(sends.begun().size() - 1)));
            assertThat(inbox.bodies()).containsAll(confirmed).isSubsetOf(sends.begun()).doesNotHaveDuplicates();
            assertThat(inbox.bodies()).extracting(body -> Integer.parseInt((String) body)).isSorted();
        }
    }

    /** Listens to the server itself, publishes through the pooler. */
    private static CamelWithPostgres behind(PgBouncer pooler) {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        camel.configuration().setDataSource(pooler.dataSource());
        return camel;
    }

    /** Does both through the pooler. */
    private static CamelWithPostgres through(PgBouncer pooler) {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        camel.configuration().setUrl(pooler.url());
        return camel;
    }

    /** The pooler opens its backends on first use, one after the other. */
    private static void awaitBackends(PgBouncer pooler, int count) throws SQLException {
        try (Connection first = pooler.dataSource().getConnection()) {
            assertThat(first.isValid(10)).isTrue();
            Inbox.await(() -> assertThat(postgres.backends("%")).hasSizeGreaterThanOrEqualTo(count));
        }
    }

    private static void assertRefused(Throwable failure) {
        assertThat(failure).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("pool_mode=transaction", "pool_mode=session", "option url")
                .hasMessageNotContaining(postgres.password());
    }

    private static void notifyThrough(PgBouncer pooler, String prefix, int count) {
        try (Connection client = pooler.dataSource().getConnection(); Statement statement = client.createStatement()) {
            for (String body : Sends.bodies(prefix, count)) {
                statement.execute("select pg_notify('shared', '" + body + "')");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Object> of(String prefix, Inbox inbox) {
        return inbox.bodies().stream().filter(body -> ((String) body).startsWith(prefix)).toList();
    }

    private static Set<Object> backends(Inbox inbox) {
        return inbox.messages().stream().map(message -> message.getHeader(PgPubSubConstants.PID)).collect(Collectors.toSet());
    }
}
