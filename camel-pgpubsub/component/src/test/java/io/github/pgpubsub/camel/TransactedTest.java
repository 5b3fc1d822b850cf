package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.File;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A row and its notification in a Spring transaction: both or neither. The pool has a single connection, so both must use it.
 */
class TransactedTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Inbox all = new Inbox();
    private static final Inbox foreign = new Inbox();
    private static final List<Long> rowsSeen = new CopyOnWriteArrayList<>();
    private static HikariDataSource pool;
    private static JdbcTemplate sql;
    private static DataSourceTransactionManager transactions;
    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        postgres.execute("create table entry (text text)");
        pool = poolOfOne();
        sql = new JdbcTemplate(pool);
        transactions = new DataSourceTransactionManager(pool);
        camel = new CamelWithPostgres(postgres);
        camel.configuration().setDataSource(pool);
        camel.context().getRegistry().bind("required", new SpringTransactionPolicy(transactions));
        camel.receive("pgpubsub:T?group=all", all)
                .receive("pgpubsub:T?singleListener=false&filtered=true", foreign)
                .route(route -> route.from("pgpubsub:T?group=rows").process(exchange -> rowsSeen.add(rows(exchange))))
                .route(route -> route.from("direct:row").transacted("required").process(TransactedTest::insert)
                        .to("pgpubsub:T?transacted=true").process(TransactedTest::failIfAsked))
                .route(route -> route.from("direct:twice").transacted("required").process(TransactedTest::insert)
                        .to("pgpubsub:T?transacted=true").to("pgpubsub:T?transacted=true"))
                .route(route -> route.from("direct:sql").transacted("required")
                        .process(exchange -> sql.queryForList("select pg_notify('T', 'before')"))
                        .to("pgpubsub:T?transacted=true")
                        .process(exchange -> sql.queryForList("select pg_notify('T', 'after')")))
                .route(route -> route.from("direct:try").transacted("required").process(TransactedTest::insert)
                        .doTry().to("pgpubsub:T?transacted=true").doCatch(IllegalArgumentException.class).end())
                .route(route -> route.from("direct:dynamic").transacted("required").process(TransactedTest::insert)
                        .toD("pgpubsub:${header.where}?transacted=true").process(TransactedTest::failIfAsked))
                .route(route -> route.from("direct:alone").to("pgpubsub:T?transacted=true"))
                .start();
    }

    @AfterAll
    static void stop() {
        camel.close();
        pool.close();
    }

    /** No publishing connection was opened, and the transaction's connection has been returned. */
    @AfterEach
    void clean() {
        assertThat(camel.backends(postgres, "publish")).isEmpty();
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        // Not every test waits for what comes to both, and the next one counts all that comes.
        postgres.notify("T", "the end");
        for (Inbox each : List.of(all, foreign)) {
            Inbox.await(() -> assertThat(each.bodies()).contains("the end"));
        }
        postgres.execute("truncate entry");
        all.clear();
        foreign.clear();
    }

    @Test
    void theNotificationComesWithItsRow() {
        camel.send("direct:row", "committed");

        all.awaitBodies("committed");
        Inbox.await(() -> assertThat(rowsSeen).endsWith(1L));
        assertThat(postgres.strings("select text from entry")).containsExactly("committed");
    }

    @Test
    void whatFailsAfterTheSendTakesBothBack() {
        assertThatThrownBy(() -> send("direct:row", "rolled back", true)).hasStackTraceContaining("asked to fail");

        postgres.notify("T", "last");
        all.awaitBodies("last");
        assertThat(postgres.strings("select text from entry")).isEmpty();
    }

    @Test
    void identicalPayloadsOfOneTransactionComeOnceAndOfTwoTwice() {
        camel.send("direct:twice", "the same");
        camel.send("direct:twice", "the same");

        postgres.notify("T", "last");
        all.awaitBodies("the same", "the same", "last");
    }

    @Test
    void filteredLeavesOutWhatIsOwnAndNothingElseOfTheTransaction() {
        camel.send("direct:sql", "own");
        postgres.notify("T", "last");

        all.awaitBodies("before", "own", "after", "last");
        foreign.awaitBodies("before", "after", "last");
    }

    @Test
    void aTransactionBegunInJavaCountsAsWell() {
        TransactionTemplate inTransaction = new TransactionTemplate(transactions);
        inTransaction.executeWithoutResult(status -> {
            camel.send("pgpubsub:T?transacted=true", "rolled back");
            status.setRollbackOnly();
        });
        inTransaction.executeWithoutResult(status -> {
            camel.send("pgpubsub:T?transacted=true", Map.of("as", "json"));
            camel.template().sendBodyAndHeader(
                    "pgpubsub:elsewhere?transacted=true", "by header", PgPubSubConstants.OVERRIDE_CHANNEL, "T");
        });

        all.awaitBodies("{\"as\":\"json\"}", "by header");
    }

    @Test
    void aRollbackToASavepointTakesBackWhatWasSentSince() {
        TransactionTemplate nested = new TransactionTemplate(transactions);
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        new TransactionTemplate(transactions).executeWithoutResult(outer -> {
            camel.send("pgpubsub:T?transacted=true", "own, before");
            nested.executeWithoutResult(status -> {
                camel.send("pgpubsub:T?transacted=true", "own, taken back");
                status.setRollbackOnly();
            });
            sql.queryForList("select pg_notify('T', 'foreign')");
            camel.send("pgpubsub:T?transacted=true", "own, after");
        });
        postgres.notify("T", "last");

        all.awaitBodies("own, before", "foreign", "own, after", "last");
        foreign.awaitBodies("foreign", "last");
    }

    @Test
    void toManyChannelsThroughOneEndpoint() throws Exception {
        Inbox dynamic = new Inbox();
        for (int i = 0; i < 3; i++) {
            camel.receive("pgpubsub:dynamic " + i, dynamic);
        }
        int endpoints = camel.context().getEndpointRegistry().size();
        for (int i = 0; i < 3; i++) {
            int channel = i;
            assertThatThrownBy(() -> sendTo("dynamic " + channel, "no", true));
            sendTo("dynamic " + channel, "yes", false);
        }

        dynamic.awaitBodies("yes", "yes", "yes");
        assertThat(camel.context().getEndpointRegistry()).hasSize(endpoints + 1);
        assertThat(postgres.strings("select text from entry")).containsExactly("yes", "yes", "yes");
    }

    @Test
    void commitsAndRollbacksInTurnLeaveTheConnectionAsItWas() {
        for (int i = 0; i < 10; i++) {
            String body = "round " + i;
            camel.send("direct:row", body);
            assertThatThrownBy(() -> send("direct:row", body, true));
        }

        all.awaitBodies(IntStream.range(0, 10).mapToObj(i -> "round " + i).toArray());
        assertThat(sql.queryForObject("select count(*) from pg_listening_channels()", Long.class)).isZero();
        assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(1);
    }

    @Test
    void whatCantBeSentIsRefusedBeforeTheTransactionHearsOfIt() {
        camel.send("direct:try", "x".repeat(8000));
        camel.template().sendBodyAndHeader("direct:try", "bad channel", PgPubSubConstants.OVERRIDE_CHANNEL, "x".repeat(64));
        assertThatThrownBy(() -> camel.send("direct:row", "geheim".repeat(2000)))
                .hasStackTraceContaining("12000 bytes").hasStackTraceContaining("7999");

        assertThat(postgres.strings("select length(text) from entry")).containsExactly("8000", "11");
    }

    @Test
    void withoutATransactionNothingIsSent() {
        assertThatThrownBy(() -> camel.send("direct:alone", "alone"))
                .isInstanceOf(CamelExecutionException.class).cause()
                .isInstanceOf(IllegalStateException.class).hasMessageContainingAll("in no transaction", "transacted");

        postgres.notify("T", "last");
        all.awaitBodies("last");
    }

    @Test
    void aDataSourceThatTheTransactionDoesNotKnowIsNoneEither() {
        camel.context().getRegistry().bind("another", postgres.dataSource());
        assertThatThrownBy(() -> new TransactionTemplate(transactions).executeWithoutResult(
                status -> camel.send("pgpubsub:T?transacted=true&dataSource=#another", "too early")))
                .hasStackTraceContaining("in no transaction");

        postgres.notify("T", "last");
        all.awaitBodies("last");
    }

    @Test
    void aUrlAloneIsRefusedAtStart() throws Exception {
        try (CamelWithPostgres alone = new CamelWithPostgres(postgres)
                .route(route -> route.from("direct:a").to("pgpubsub:T?transacted=true"))) {
            assertThatThrownBy(alone::start).hasStackTraceContaining("option transacted needs the option dataSource");

            alone.context().getRegistry().bind("one", postgres.dataSource());
            alone.context().getRegistry().bind("two", postgres.dataSource());
            assertThatThrownBy(alone::start).hasStackTraceContaining("option transacted needs the option dataSource")
                    .hasStackTraceContaining("2 DataSources");
        }
    }

    @Test
    void withoutSpringTheDataSourceIsAskedItself() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        URL[] urls = Stream.of(classPath.split(File.pathSeparator)).filter(entry -> !entry.contains("springframework"))
                .map(TransactedTest::url).toArray(URL[]::new);
        try (URLClassLoader without = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Class<?> connections = without.loadClass(TransactionConnections.class.getName());
            Method of = connections.getDeclaredMethod("of", DataSource.class);
            of.setAccessible(true);

            assertThat(of.invoke(null, pool)).isExactlyInstanceOf(connections);
            assertThat(TransactionConnections.of(pool)).isInstanceOf(SpringTransactionConnections.class);
        }
    }

    private static HikariDataSource poolOfOne() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.dataSource());
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(20_000);
        return new HikariDataSource(config);
    }

    private static void send(String uri, String body, boolean fail) {
        camel.template().sendBodyAndHeader(uri, body, "fail", fail);
    }

    private static void sendTo(String channel, String body, boolean fail) {
        camel.template().sendBodyAndHeaders("direct:dynamic", body, Map.of("where", channel, "fail", fail));
    }

    private static void insert(Exchange exchange) {
        sql.update("insert into entry values (?)", exchange.getMessage().getBody(String.class));
    }

    private static void failIfAsked(Exchange exchange) {
        if (exchange.getMessage().getHeader("fail", false, Boolean.class)) {
            throw new IllegalStateException("asked to fail");
        }
    }

    private static long rows(Exchange exchange) {
        return postgres.number("select count(*) from entry where text = ?", exchange.getMessage().getBody());
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
