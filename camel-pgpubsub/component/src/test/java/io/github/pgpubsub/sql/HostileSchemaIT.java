package io.github.pgpubsub.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.DataSourceConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.sending.LogStatement;
import io.github.pgpubsub.internal.log.sending.OutgoingKept;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.internal.publish.PublisherOptions;
import io.github.pgpubsub.internal.publish.TransactedNotify;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.kept.StoredPayloads;
import io.github.pgpubsub.support.EmbeddedServer;
import io.github.pgpubsub.support.PgBouncer;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A role has a stranger's schema first in its {@code search_path}, with a trap for every name that the component uses:
 * everything works, and no trap is called. The server's log then shows that all statements were executed: neither the
 * statements in the compiled classes nor those that the driver sent by itself contain a name that is looked up in the
 * search_path.
 */
@Tag("long")
class HostileSchemaIT {

    private static final String ROLE = "hostage";
    private static final String PASSWORD = "secret";
    private static final String SEARCH_PATH = "hostile, pg_catalog";
    private static final Duration HEARTBEAT = Duration.ofMillis(300);
    private static final KeptLogOptions LOG_THAT_IS_THERE = new KeptLogOptions("pgpubsub", false, Duration.ofDays(1), null,
            Duration.ofDays(1));
    /** Application names of this test's own sessions. */
    private static final Set<String> NOT_OURS = Set.of("test-support", "traps");
    private static final Pattern ENTRY = Pattern.compile("([^|\\n]*)\\|LOG:  (?:statement|execute [^:]+): ");
    private static final Pattern END_OF_ENTRY = Pattern.compile("\n(?!\t)");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(
            Map.of("log_statement", "all", "log_line_prefix", "%a|"));

    @BeforeAll
    static void makeTraps() throws Exception {
        HostileSchema.create(postgres);
        postgres.createRole(ROLE, PASSWORD);
        // The file that makes the log sets its own search_path.
        PGSimpleDataSource owners = postgres.dataSource();
        owners.setApplicationName("traps");
        try (Connection owner = owners.getConnection()) {
            new LogSchema("pgpubsub").prepare(owner, true, LogSchema.Use.SEND);
        }
        postgres.execute("grant usage on schema pgpubsub to " + ROLE + "; grant all on all tables in schema pgpubsub to " + ROLE
                + "; grant all on all sequences in schema pgpubsub to " + ROLE
                + "; grant all on all functions in schema pgpubsub to " + ROLE);
        postgres.execute("alter role " + ROLE + " set search_path = " + SEARCH_PATH);
    }

    /** Receives messages, and stands still on demand. */
    private static final class Receiver implements MessageHandler {

        final List<String> payloads = new CopyOnWriteArrayList<>();
        volatile CountDownLatch go = new CountDownLatch(0);

        @Override
        public void handle(Message message) throws InterruptedException {
            if (message instanceof Message.Notification notification) {
                payloads.add(notification.payload());
                go.await();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"select pg_notify('a', 'b')", "select current_setting('lock_timeout')", "select 1 where 1 = 1",
        "select count(*) from pg_catalog.pg_class", "select pid from pg_locks", "select 'a'::text", "select 1 where 1 in (1, 2)"})
    void theTrapsWork(String sql) throws SQLException {
        PGSimpleDataSource traps = postgres.dataSource();
        traps.setUser(ROLE);
        traps.setPassword(PASSWORD);
        traps.setApplicationName("traps");
        try (Connection connection = traps.getConnection(); Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery(sql)).hasMessageContaining(HostileSchema.TRAP);
        }
    }

    @Test
    void listeningAndSendingWork() throws Exception {
        Receiver first = new Receiver();
        Receiver second = new Receiver();
        Receiver all = new Receiver();
        SubscriptionOptions group = SubscriptionOptions.to("work").acquireInterval(Duration.ofMillis(50)).build();
        try (PgPubSub one = pubSub(url()); PgPubSub other = pubSub(url())) {
            Subscription leader = one.subscribe(group, first);
            try (Subscription standby = other.subscribe(group, second);
                    Subscription broadcast = other.subscribe(SubscriptionOptions.to("work").singleListener(false).build(), all);
                    Subscription notAscii = other.subscribe(SubscriptionOptions.to("Küche").singleListener(false).build(), all)) {
                assertThat(notAscii.isReceiving()).isTrue();
                Inbox.await(() -> assertThat(leader.status().group().inStep()).isTrue());
                assertThat(leader.members()).hasSize(2);
                assertThat(broadcast.isReceiving()).isTrue();

                List<String> sent = IntStream.range(0, 200).mapToObj(String::valueOf).toList();
                publish(one, sent, "work");
                Inbox.await(() -> assertThat(first.payloads).isEqualTo(sent));
                Inbox.await(() -> assertThat(all.payloads).isEqualTo(sent));
                publish(one, sent, "elsewhere", "and there");
                publish(one, List.of("alone"), "work");
                Inbox.await(() -> assertThat(first.payloads).endsWith("alone"));

                leader.close();
                Inbox.await(() -> assertThat(standby.isReceiving()).isTrue());
                publish(one, List.of("for the heir"), "work");
                Inbox.await(() -> assertThat(second.payloads).containsExactly("for the heir"));
            }
        }
    }

    @Test
    void aFullQueueWorks() throws Exception {
        Receiver receiver = new Receiver();
        receiver.go = new CountDownLatch(1);
        try (PgPubSub pubSub = pubSub(url());
                Subscription slow = pubSub.subscribe(SubscriptionOptions.to("full").queueSize(1).build(), receiver)) {
            List<String> sent = IntStream.range(0, 200).mapToObj(String::valueOf).toList();
            publish(pubSub, sent, "full");
            Inbox.await(() -> assertThat(slow.status().session().waitsFor()).isNotNull());
            Inbox.await(() -> assertThat(statements()).anyMatch(sql -> sql.startsWith("with holders")));
            Inbox.await(() -> assertThat(statements()).contains("select pg_catalog.pg_notification_queue_usage()"));
            receiver.go.countDown();
            Inbox.await(() -> assertThat(receiver.payloads).isEqualTo(sent));
        }
    }

    @Test
    void aTransactedSendWorks() throws Exception {
        Receiver receiver = new Receiver();
        try (PgPubSub pubSub = pubSub(url());
                Subscription all = pubSub.subscribe(SubscriptionOptions.to("transacted").singleListener(false).build(), receiver);
                Connection connection = DriverManager.getConnection(postgres.url(), ROLE, PASSWORD)) {
            connection.setAutoCommit(false);
            TransactedNotify.send(connection, new OwnMessages(), "transacted", "hello");
            connection.commit();
            Inbox.await(() -> assertThat(receiver.payloads).containsExactly("hello"));
            assertThat(all.isReceiving()).isTrue();
        }
    }

    /**
     * New connections take another path than the first one, whose packets vanish: its session holds the lock, and must be
     * ended.
     */
    @Test
    void aSessionThatIsEndedByItsSuccessorWorks() throws Exception {
        Receiver receiver = new Receiver();
        PGSimpleDataSource ways = new PGSimpleDataSource();
        ways.setUser(ROLE);
        ways.setPassword(PASSWORD);
        try (Proxy first = new Proxy(postgres.server())) {
            ways.setUrl("jdbc:postgresql://" + first.host() + ":" + first.port() + "/" + postgres.database());
            try (PgPubSub pubSub = pubSub(new DataSourceConnectionSource(ways));
                    Subscription alone = pubSub.subscribe(
                            SubscriptionOptions.to("deposed").leaderTimeout(Duration.ofSeconds(1)).build(), receiver)) {
                Inbox.await(() -> assertThat(alone.isReceiving()).isTrue());
                ways.setUrl(postgres.url());
                first.stall();
                Inbox.await(() -> assertThat(alone.isReceiving()).isFalse());
                Inbox.await(() -> assertThat(alone.isReceiving()).isTrue());
                publish(pubSub, List.of("hello"), "deposed");
                Inbox.await(() -> assertThat(receiver.payloads).containsExactly("hello"));
            }
        }
    }

    /** With one parameter that was set in the session, and others that were not. */
    @Test
    void aPoolsConnectionIsPutBack() throws Exception {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(postgres.url());
            pool.setUsername(ROLE);
            pool.setPassword(PASSWORD);
            pool.setMaximumPoolSize(1);
            pool.setConnectionInitSql("set lock_timeout to '8s'");
            try (PgPubSub pubSub = pubSub(new DataSourceConnectionSource(pool));
                    Subscription all = pubSub.subscribe(
                            SubscriptionOptions.to("pool").singleListener(false).build(), new Receiver())) {
                assertThat(all.isReceiving()).isTrue();
            }
            try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
                statement.execute(
                        "do 'begin assert pg_catalog.current_setting(''lock_timeout'') operator(pg_catalog.=) ''8s''; end'");
            }
        }
    }

    /** The driver takes this primary for a replica, so each host is asked. */
    @Test
    void aPrimaryThatIsReadOnlyByDefaultIsFound() throws Exception {
        postgres.execute("alter role " + ROLE + " set default_transaction_read_only = on");
        String host = postgres.server().host() + ":" + postgres.server().port();
        UrlConnectionSource twoHosts = new UrlConnectionSource(
                "postgres://" + host + "," + host + "/" + postgres.database(), ROLE, PASSWORD);
        try (PgPubSub pubSub = pubSub(twoHosts)) {
            publish(pubSub, List.of("hello"), "two hosts");
        } finally {
            postgres.execute("alter role " + ROLE + " reset default_transaction_read_only");
        }
    }

    @Test
    void aPoolerIsFoundOut() throws Exception {
        PgBouncer.assumeInstalled();
        postgres.execute(
                "alter role " + postgres.user() + " in database " + postgres.database() + " set search_path = " + SEARCH_PATH);
        try (PgBouncer pooler = new PgBouncer(postgres, Map.of("pool_mode", "transaction"));
                PgPubSub pubSub = pubSub(new UrlConnectionSource(pooler.url(), postgres.user(), postgres.password()))) {
            assertThatThrownBy(() -> pubSub.subscribe(SubscriptionOptions.of("a"), new Receiver()))
                    .hasMessageContaining("pool_mode");
            publish(pubSub, List.of("hello"), "a");
        } finally {
            resetSearchPath();
        }
    }

    private static void resetSearchPath() throws SQLException {
        PGSimpleDataSource elsewhere = postgres.server().dataSource(postgres.server().database());
        elsewhere.setApplicationName("traps");
        try (Connection connection = elsewhere.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("alter role " + postgres.user() + " in database " + postgres.database() + " reset search_path");
        }
    }

    @Test
    void keptMessagesAreSent() throws Exception {
        ExecutorService callbacks = Executors.newCachedThreadPool();
        Publisher<OutgoingKept> publisher = new Publisher<>(url(),
                new PublisherOptions("kept", HEARTBEAT, HEARTBEAT, 100, 100, null),
                new LogStatement(new LogSchema("pgpubsub"), new LogQueries("pgpubsub"), false, UUID.randomUUID()),
                (purpose, task) -> new Thread(task, purpose), callbacks);
        publisher.start();
        try {
            CompletableFuture<Exception> outcome = new CompletableFuture<>();
            publisher.publish(new OutgoingKept("work", "key", "hello", null, "{\"a\": 1}",
                    System.nanoTime() + TimeUnit.SECONDS.toNanos(10), (id, failure) -> outcome.complete(failure)));
            assertThat(outcome.get(60, TimeUnit.SECONDS)).isNull();
            assertThat(postgres.strings("select payload from pgpubsub.message where channel = 'work'")).containsExactly("hello");
        } finally {
            publisher.close();
            callbacks.shutdown();
        }
    }

    @Test
    void keptMessagesAreReceived() throws Exception {
        List<String> payloads = new CopyOnWriteArrayList<>();
        KeptOptions options = KeptOptions.to("kept").group("g").startFrom(new StartFrom.Earliest()).onError(OnError.park)
                .pollInterval(HEARTBEAT).build();
        try (PgPubSub pubSub = PgPubSub.to(url()).name("kept").reconnect(HEARTBEAT, HEARTBEAT).build();
                Subscription subscription = pubSub.kept(LOG_THAT_IS_THERE).subscribe(options, message -> {
                    String payload = String.valueOf(message.payload());
                    payloads.add(payload);
                    if (payload.equals("bad")) {
                        throw new IllegalStateException("bad");
                    }
                })) {
            for (String payload : List.of("a", "bad", "b")) {
                postgres.execute("insert into pgpubsub.message (channel, payload) values ('kept', ?)", payload);
                Inbox.await(() -> assertThat(payloads).contains(payload));
            }
            Inbox.await(() -> assertThat(postgres.strings("select lag || ' ' || parked from pgpubsub.groups"))
                    .containsExactly("0 1"));
            assertThat(subscription.isReceiving()).isTrue();
            // It falls asleep.
            Inbox.await(() -> assertThat(statements())
                    .anyMatch(sql -> sql.contains("pg_try_advisory_lock(pg_catalog.hashtextextended")));
        }
    }

    @Test
    void shardsAreLed() throws Exception {
        List<String> payloads = new CopyOnWriteArrayList<>();
        KeptOptions options = KeptOptions.to("sharded").group("g").shards(2).startFrom(new StartFrom.Earliest())
                .acquireInterval(HEARTBEAT).pollInterval(HEARTBEAT).build();
        try (PgPubSub pubSub = PgPubSub.to(url()).name("kept").reconnect(HEARTBEAT, HEARTBEAT).build();
                KeptSubscription shards = pubSub.kept(LOG_THAT_IS_THERE).subscribe(options,
                        message -> payloads.add(String.valueOf(message.payload())))) {
            postgres.execute("insert into pgpubsub.message (channel, key, payload) values ('sharded', 'k', 'a')");
            Inbox.await(() -> assertThat(payloads).containsExactly("a"));
            Inbox.await(() -> assertThat(shards.shards()).hasSize(2));
        }
    }

    @Test
    void storedPayloadsWork() throws Exception {
        List<String> payloads = new CopyOnWriteArrayList<>();
        String large = "x".repeat(9000);
        try (PgPubSub pubSub = pubSub(url());
                Connection connection = DriverManager.getConnection(postgres.url(), ROLE, PASSWORD)) {
            StoredPayloads stored = pubSub.kept(LOG_THAT_IS_THERE).storedPayloads();
            try (Subscription all = pubSub.subscribe(SubscriptionOptions.to("stored").singleListener(false).build(),
                    stored.fetching(message -> {
                        if (message instanceof Message.Notification notification) {
                            payloads.add(notification.payload());
                        }
                    }))) {
                assertThat(all.isReceiving()).isTrue();
                stored.publish("stored", large).get(60, TimeUnit.SECONDS);
                connection.setAutoCommit(false);
                stored.send(connection, "stored", large);
                connection.commit();
                Inbox.await(() -> assertThat(payloads).containsExactly(large, large));
            }
        }
    }

    /** With nulls: names are looked up, although most statements then find nothing or are refused. */
    @ParameterizedTest
    @EnumSource
    void theLogsStatementsMeanPgCatalog(LogQueries.Statement each) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.url(), ROLE, PASSWORD);
                PreparedStatement statement = connection.prepareStatement(new LogQueries("pgpubsub").sql(each))) {
            connection.setAutoCommit(false);
            for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
                statement.setNull(i, Types.NULL);
            }
            statement.execute();
        } catch (SQLException e) {
            // 22: data, 23: a constraint, 02, 55 and P0: raised. 42 would be a name.
            assertThat(e.getSQLState()).as("%s: %s", each, e).matches("(02|22|23|P0|55).*");
            assertThat(e.getMessage()).doesNotContain(HostileSchema.TRAP);
        }
    }

    @AfterAll
    static void everythingWasTried() throws Exception {
        List<String> statements = statements();
        assertThat(statements).allSatisfy(sql -> assertThat(SqlNames.unqualified(sql)).as(sql).isEmpty());
        String all = String.join("\n", statements);
        boolean pooler = all.contains("set_config('synchronous_commit'");
        for (Map.Entry<String, String> constant : SqlConstants.all().entrySet()) {
            boolean needsPooler = constant.getKey().contains("set_config('synchronous_commit'")
                    || constant.getValue().endsWith("TransactionPooler.class");
            // Those of the log have a test of their own.
            if ((pooler || !needsPooler) && !SqlConstants.isOfTheLog(constant.getValue())) {
                // The driver sends the statements of one string one by one.
                Stream.of(constant.getKey().split("[\\\\;]|\\$\\{\\w+}")).map(HostileSchemaIT::normalized)
                        .forEach(piece -> assertThat(all.contains(piece)).as("%s: %s", constant.getValue(), piece).isTrue());
            }
        }
    }

    /** Statements that the component and the driver sent on the component's sessions, from the server's log. */
    private static List<String> statements() {
        return END_OF_ENTRY.splitAsStream(((EmbeddedServer) postgres.server()).log()).flatMap(entry -> {
            Matcher statement = ENTRY.matcher(entry);
            boolean ours = statement.lookingAt() && !NOT_OURS.contains(statement.group(1));
            return ours ? Stream.of(normalized(entry.substring(statement.end()))) : Stream.empty();
        }).toList();
    }

    private static String normalized(String sql) {
        return SPACES.matcher(sql.replaceAll("\\$\\d+", "?")).replaceAll(" ").strip();
    }

    private static void publish(PgPubSub pubSub, List<String> payloads, String... channels) throws Exception {
        List<CompletableFuture<Exception>> outcomes = payloads.stream().flatMap(payload -> Stream.of(channels).map(channel -> {
            CompletableFuture<Exception> outcome = new CompletableFuture<>();
            pubSub.publish(channel, payload, Duration.ofSeconds(10), outcome::complete);
            return outcome;
        })).toList();
        for (CompletableFuture<Exception> outcome : outcomes) {
            assertThat(outcome.get(60, TimeUnit.SECONDS)).isNull();
        }
    }

    private static ConnectionSource url() {
        return new UrlConnectionSource(postgres.url(), ROLE, PASSWORD);
    }

    private static PgPubSub pubSub(ConnectionSource source) {
        return PgPubSub.to(source).heartbeat(HEARTBEAT, Duration.ofSeconds(3)).build();
    }
}
