package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Kept messages and their effects in Spring's transactions: once, whatever fails. The effects' pool has a single connection. */
class KeptTransactionsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Inbox inbox = new Inbox();
    private HikariDataSource pool;
    private JdbcTemplate sql;
    private DataSourceTransactionManager transactions;
    private CamelWithPostgres camel;

    @BeforeEach
    void create() {
        postgres.execute("create table if not exists effect (payload text, epoch bigint)");
        postgres.execute("create table if not exists strict (payload text unique deferrable initially deferred)");
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.dataSource());
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(20_000);
        pool = new HikariDataSource(config);
        sql = new JdbcTemplate(pool);
        transactions = new DataSourceTransactionManager(pool);
        camel = new CamelWithPostgres(postgres);
        camel.configuration().setDurable(true);
        camel.context().getRegistry().bind("pool", pool);
        camel.context().getRegistry().bind("transactions", transactions);
        camel.context().getRegistry().bind("required", new SpringTransactionPolicy(transactions));
    }

    @AfterEach
    void close() {
        camel.close();
        pool.close();
        postgres.execute("truncate effect, strict");
    }

    private static void insert(String channel, String... payloads) {
        postgres.execute("insert into pgpubsub.message (channel, payload) select ?, unnest(string_to_array(?, ','))", channel,
                String.join(",", payloads));
    }

    private static List<String> effects() {
        return postgres.strings("select payload from effect order by payload");
    }

    private static void awaitStanding(String channel, String expected) {
        Inbox.await(() -> assertThat(postgres.strings("select 'lag ' || lag || ' parked ' || parked from pgpubsub.groups"
                + " where channel = '" + channel + "'")).containsExactly(expected));
    }

    private void effect(Exchange exchange) {
        sql.update("insert into effect values (?, ?)", exchange.getMessage().getBody(),
                exchange.getMessage().getHeader(PgPubSubConstants.EPOCH));
    }

    private static void failIfBad(Exchange exchange) {
        if ("bad".equals(exchange.getMessage().getBody())) {
            throw new IllegalStateException("asked to fail");
        }
    }

    /** A route, because its producer starts before any transaction: at its start it needs the pool's connection. */
    private CamelWithPostgres sending(String channel) throws Exception {
        return camel.route(route -> route.from("direct:" + channel)
                .to("pgpubsub:" + channel + "?transacted=true&dataSource=#pool"));
    }

    // ---- consumer

    @Test
    void theEffectAndThePlaceAreCommittedTogether() throws Exception {
        camel.route(route -> route.from("pgpubsub:t?ackMode=transaction").process(this::effect).process(inbox)
                .process(exchange -> assertThat(effects()).as("seen from outside").hasSize(inbox.messages().size() - 1))).start();
        insert("t", "a", "b", "c");

        awaitStanding("t", "lag 0 parked 0");
        assertThat(effects()).containsExactly("a", "b", "c");
        inbox.awaitBodies("a", "b", "c");
    }

    @Test
    void aFailedExchangeLeavesNoEffectAndIsSkippedOrParked() throws Exception {
        camel.route(route -> route.from("pgpubsub:skip?ackMode=transaction").process(this::effect)
                .process(KeptTransactionsTest::failIfBad))
                .route(route -> route.from("pgpubsub:park?ackMode=transaction&onError=park").process(this::effect)
                        .process(KeptTransactionsTest::failIfBad))
                .start();
        insert("skip", "bad", "skip a");
        insert("park", "bad", "park a");

        awaitStanding("skip", "lag 0 parked 0");
        awaitStanding("park", "lag 0 parked 1");
        assertThat(effects()).containsExactly("park a", "skip a");
    }

    @Test
    void retryRollsBackEachAttempt() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        camel.route(route -> route.from("pgpubsub:retry?ackMode=transaction&onError=retry&retryDelay=5&retryMaxDelay=20")
                .process(inbox).process(this::effect).process(exchange -> {
                    if (!mended.get()) {
                        failIfBad(exchange);
                    }
                })).start();
        insert("retry", "a", "bad", "b");
        Inbox.await(() -> assertThat(inbox.messages()).hasSizeGreaterThan(5));
        assertThat(effects()).containsExactly("a");
        mended.set(true);

        awaitStanding("retry", "lag 0 parked 0");
        assertThat(effects()).containsExactly("a", "b", "bad");
    }

    @Test
    void aRoutesOwnTransactedJoinsAndStaysOnItsThread() throws Exception {
        camel.route(route -> route.from("direct:joined").transacted("required").process(this::effect)
                .process(exchange -> exchange.setProperty("thread", Thread.currentThread()))
                .process(KeptTransactionsTest::failIfBad))
                .route(route -> route.from("pgpubsub:joins?ackMode=transaction&onError=park").to("direct:joined")
                        .delay(1).asyncDelayed()
                        .process(exchange -> assertThat(exchange.getProperty("thread")).isSameAs(Thread.currentThread()))
                        .process(this::effect))
                .start();
        insert("joins", "a", "bad");

        awaitStanding("joins", "lag 0 parked 1");
        assertThat(effects()).containsExactly("a", "a");
    }

    @Test
    void whatTheRouteHandlesButHasMarkedForRollbackHasFailed() throws Exception {
        camel.route(route -> route.from("pgpubsub:marked?ackMode=transaction&onError=park").process(this::effect)
                .process(exchange -> {
                    if ("bad".equals(exchange.getMessage().getBody())) {
                        new TransactionTemplate(transactions).executeWithoutResult(status -> status.setRollbackOnly());
                    }
                })).start();
        insert("marked", "bad", "a");

        awaitStanding("marked", "lag 0 parked 1");
        assertThat(effects()).containsExactly("a");
    }

    /** Two shards process a message each at the same time; one of them marks its transaction. */
    @Test
    void theMarkOfOneShardIsNotTheOthers() throws Exception {
        pool.getHikariConfigMXBean().setMaximumPoolSize(4);
        CyclicBarrier both = new CyclicBarrier(2);
        camel.route(route -> route.from("pgpubsub:sharded?shards=2&ackMode=transaction&onError=park").process(this::effect)
                .process(exchange -> {
                    both.await(20, TimeUnit.SECONDS);
                    if ("bad".equals(exchange.getMessage().getBody())) {
                        new TransactionTemplate(transactions).executeWithoutResult(status -> status.setRollbackOnly());
                    }
                    both.await(20, TimeUnit.SECONDS);
                })).start();
        // A message without a key is its number's.
        postgres.execute("insert into pgpubsub.message (channel, payload) select 'sharded', '' from generate_series(1, 10);"
                + "update pgpubsub.message set payload = case when bucket % 2 = 0 then 'good' else 'bad' end where channel = 'sharded'");

        // The view counts what is parked for the group as a whole.
        Inbox.await(
                () -> assertThat(postgres.strings("select lag || ' ' || parked from pgpubsub.groups where channel = 'sharded'"))
                        .containsExactly("0 5", "0 5"));
        assertThat(effects()).hasSize(5).containsOnly("good");
    }

    @Test
    void aConstraintThatFailsAtTheCommitIsTheMessagesFault() throws Exception {
        camel.route(route -> route.from("pgpubsub:strict?ackMode=transaction&onError=park")
                .process(exchange -> sql.update("insert into strict values (?)", exchange.getMessage().getBody()))).start();
        insert("strict", "x", "x", "y");

        awaitStanding("strict", "lag 0 parked 1");
        assertThat(postgres.strings("select payload from strict order by 1")).containsExactly("x", "y");
    }

    @Test
    void twoContextsThatComeAndGoHaveEachEffectOnce() throws Exception {
        camel.route(route -> route.from("pgpubsub:many?ackMode=transaction&acquireInterval=20").process(this::effect)).start();
        for (int round = 0; round < 5; round++) {
            String from = Integer.toString(round * 100);
            postgres.execute("insert into pgpubsub.message (channel, payload) select 'many', to_char(n + ?::int, '000')"
                    + " from generate_series(0, 99) n", from);
            CamelWithPostgres former = camel;
            create0();
            camel.route(route -> route.from("pgpubsub:many?ackMode=transaction&acquireInterval=20").process(this::effect))
                    .start();
            former.close();
        }

        awaitStanding("many", "lag 0 parked 0");
        assertThat(effects()).isEqualTo(IntStream.range(0, 500).mapToObj(n -> String.format(" %03d", n)).toList());
    }

    private void create0() {
        camel = new CamelWithPostgres(postgres);
        camel.configuration().setDurable(true);
        camel.context().getRegistry().bind("pool", pool);
        camel.context().getRegistry().bind("transactions", transactions);
    }

    @Test
    void aDataSourceThatTheManagerDoesNotKnowIsToldAndNothingMoves() throws Exception {
        camel.context().getRegistry().bind("another", postgres.dataSource());
        camel.route(route -> route.from("pgpubsub:foreign?ackMode=transaction&dataSource=#another").routeId("r").process(inbox))
                .start();
        insert("foreign", "a");

        Inbox.await(() -> assertThat(((PgPubSubKeptConsumer) camel.context().getRoute("r").getConsumer()).getTrouble())
                .contains("is in no transaction of the transactionManager"));
        assertThat(inbox.messages()).isEmpty();
        awaitStanding("foreign", "lag 1 parked 0");
    }

    // ---- producer

    @Test
    void aMessageIsSentIfItsTransactionCommits() throws Exception {
        camel.receive("pgpubsub:sent", inbox)
                .route(route -> route.from("direct:row").transacted("required").process(this::effect)
                        .to("pgpubsub:sent?transacted=true&dataSource=#pool").process(KeptTransactionsTest::failIfBad))
                .start();
        assertThatThrownBy(() -> camel.send("direct:row", "bad")).hasStackTraceContaining("asked to fail");
        Exchange sent = camel.template().request("direct:row", exchange -> {
            exchange.getMessage().setBody("good");
            exchange.getMessage().setHeader(PgPubSubConstants.KEY, "k");
            exchange.getMessage().setHeader("kind", "new");
        });
        inbox.awaitBodies("good");

        assertThat(effects()).containsExactly("good");
        assertThat(sent.getMessage().getHeader(PgPubSubConstants.MESSAGE_ID))
                .isEqualTo(inbox.messages().get(0).getHeader(PgPubSubConstants.MESSAGE_ID)).isNotNull();
        assertThat(inbox.messages().get(0).getHeader(PgPubSubConstants.KEY)).isEqualTo("k");
        assertThat(inbox.messages().get(0).getHeader("kind")).isEqualTo("new");
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void identicalMessagesOfOneTransactionAllCome() throws Exception {
        sending("twice").receive("pgpubsub:twice", inbox).start();
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            camel.send("direct:twice", "same");
            camel.send("direct:twice", "same");
        });
        inbox.awaitBodies("same", "same");
    }

    @Test
    void withoutATransactionNothingIsSent() throws Exception {
        camel.receive("pgpubsub:alone", inbox).start();
        assertThatThrownBy(() -> camel.send("pgpubsub:alone?transacted=true&dataSource=#pool", "alone"))
                .hasStackTraceContaining("is in no transaction");
        insert("alone", "last");
        inbox.awaitBodies("last");
    }

    @Test
    void aTransactionOfSpringWakesItsReaders() throws Exception {
        sending("wake").receive("pgpubsub:wake?pollInterval=1h", inbox).start();
        awaitStanding("wake", "lag 0 parked 0");
        for (int i = 0; i < 3; i++) {
            new TransactionTemplate(transactions)
                    .executeWithoutResult(status -> camel.send("direct:wake", "awake"));
        }
        inbox.awaitBodies("awake", "awake", "awake");
    }

    /** From a message to a message: received, answered and complete in one transaction. */
    @Test
    void aBridgeInOneTransaction() throws Exception {
        camel.route(route -> route.from("pgpubsub:in?ackMode=transaction&onError=park")
                .to("pgpubsub:out?transacted=true&dataSource=#pool").process(KeptTransactionsTest::failIfBad))
                .receive("pgpubsub:out", inbox).start();
        insert("in", "a", "bad", "b");
        inbox.awaitBodies("a", "b");
        awaitStanding("in", "lag 0 parked 1");
    }
}
