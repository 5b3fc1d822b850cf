package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.github.pgpubsub.support.PostgresExtension;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.xa.PGXADataSource;

/** Kept messages in JTA transactions, with one resource and with two, with Narayana and Agroal pools. */
class KeptJtaTest {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of("max_prepared_transactions", "10"));

    private static TransactionManager manager;
    private static AgroalDataSource local;
    private static AgroalDataSource xa;
    private static AgroalDataSource other;

    private final Inbox inbox = new Inbox();
    private CamelWithPostgres camel;

    @BeforeAll
    static void open() throws Exception {
        postgres.execute("create table effect (payload text)");
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier("test");
        for (String store : new String[] {null, "communicationStore", "stateStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
        manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
        local = pool(Driver.class);
        xa = pool(PGXADataSource.class);
        other = pool(PGXADataSource.class);
    }

    private static AgroalDataSource pool(Class<?> provider) throws SQLException {
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(pool -> pool
                .maxSize(1)
                .transactionIntegration(
                        new NarayanaTransactionIntegration(manager, new TransactionSynchronizationRegistryImple()))
                .connectionFactoryConfiguration(factory -> factory
                        .connectionProviderClass(provider)
                        .jdbcUrl(postgres.url())
                        .principal(new NamePrincipal(postgres.user()))
                        .credential(new SimplePassword(postgres.password())))));
    }

    @AfterAll
    static void closePools() {
        local.close();
        xa.close();
        other.close();
    }

    @BeforeEach
    void create() {
        camel = new CamelWithPostgres(postgres);
        camel.configuration().setDurable(true);
        camel.context().getRegistry().bind("manager", manager);
        camel.context().getRegistry().bind("local", local);
        camel.context().getRegistry().bind("xa", xa);
    }

    @AfterEach
    void close() throws Exception {
        if (manager.getStatus() != Status.STATUS_NO_TRANSACTION) {
            manager.rollback();
        }
        camel.close();
        postgres.execute("truncate effect");
    }

    private static void effect(AgroalDataSource pool, Exchange exchange) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into effect values (?)")) {
            insert.setString(1, exchange.getMessage().getBody(String.class));
            insert.executeUpdate();
        }
    }

    private static void failIfBad(Exchange exchange) {
        if ("bad".equals(exchange.getMessage().getBody())) {
            throw new IllegalStateException("asked to fail");
        }
    }

    private static void awaitStanding(String channel, String expected) {
        Inbox.await(() -> assertThat(postgres.strings("select 'lag ' || lag || ' parked ' || parked from pgpubsub.groups"
                + " where channel = '" + channel + "'")).containsExactly(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "xa"})
    void theEffectAndThePlaceAreCommittedTogether(String pool) throws Exception {
        String channel = "jta " + pool;
        AgroalDataSource source = pool.equals("xa") ? xa : local;
        camel.route(route -> route.from("pgpubsub:" + channel + "?ackMode=transaction&onError=park&dataSource=#" + pool)
                .process(exchange -> effect(source, exchange)).process(KeptJtaTest::failIfBad)).start();
        postgres.execute("insert into pgpubsub.message (channel, payload)"
                + " select ?, case n when 7 then 'bad' else to_char(n, 'FM00') end from generate_series(1, 20) n", channel);

        awaitStanding(channel, "lag 0 parked 1");
        assertThat(postgres.strings("select payload from effect order by 1"))
                .isEqualTo(IntStream.rangeClosed(1, 20).filter(n -> n != 7).mapToObj(n -> String.format("%02d", n)).toList());
    }

    /** The place is in a transaction that is prepared, with another resource beside it. */
    @Test
    void anEffectInASecondResourceIsCommittedWithThePlace() throws Exception {
        camel.route(route -> route.from("pgpubsub:two?ackMode=transaction&onError=park&dataSource=#xa")
                .process(exchange -> effect(other, exchange)).process(KeptJtaTest::failIfBad)).start();
        postgres.execute("insert into pgpubsub.message (channel, payload) values ('two', 'a'), ('two', 'bad'), ('two', 'b')");

        awaitStanding("two", "lag 0 parked 1");
        // Two prepared transactions are committed one after the other.
        Inbox.await(() -> assertThat(postgres.strings("select payload from effect order by 1")).containsExactly("a", "b"));
        Inbox.await(() -> assertThat(postgres.strings("select gid from pg_prepared_xacts")).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "xa"})
    void aMessageIsSentIfItsTransactionCommits(String pool) throws Exception {
        String uri = "direct:send";
        camel.receive("pgpubsub:sent " + pool, inbox)
                .route(route -> route.from(uri).to("pgpubsub:sent " + pool + "?transacted=true&dataSource=#" + pool)).start();
        manager.begin();
        camel.send(uri, "rolled back");
        manager.rollback();
        manager.begin();
        camel.send(uri, "committed");
        camel.send(uri, "committed");
        manager.commit();
        assertThatThrownBy(() -> camel.send(uri, "alone")).hasStackTraceContaining("is in no transaction");

        inbox.awaitBodies("committed", "committed");
    }

    @Test
    void aProducerThatIsStartedWithinATransactionLeavesItAlone() throws Exception {
        camel.receive("pgpubsub:late", inbox).start();
        manager.begin();
        camel.send("pgpubsub:late?transacted=true&dataSource=#xa", "late");
        manager.commit();
        inbox.awaitBodies("late");
    }

    /** A transaction that has notified can't be prepared, so nobody is woken and the reader finds the message by its poll. */
    @Test
    void aMessageIsSentInATransactionThatIsPrepared() throws Exception {
        camel.receive("pgpubsub:prepared?pollInterval=200", inbox)
                .route(route -> route.from("direct:send").to("pgpubsub:prepared?transacted=true&dataSource=#xa")).start();
        awaitStanding("prepared", "lag 0 parked 0");
        for (int i = 0; i < 3; i++) {
            manager.begin();
            Exchange exchange = camel.context().getEndpoint("pgpubsub:prepared").createExchange();
            exchange.getMessage().setBody("m" + i);
            effect(other, exchange);
            camel.send("direct:send", "m" + i);
            manager.commit();
        }

        inbox.awaitBodies("m0", "m1", "m2");
        assertThat(postgres.strings("select payload from effect order by 1")).containsExactly("m0", "m1", "m2");
    }
}
