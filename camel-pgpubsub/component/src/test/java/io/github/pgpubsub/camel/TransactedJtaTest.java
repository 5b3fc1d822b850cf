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
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.jta.JtaTransactionPolicy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.xa.PGXADataSource;

/** A row and its notification in a JTA transaction, with Narayana as transaction manager and Agroal pools. */
class TransactedJtaTest {

    /** Two-phase commit is possible here, so only the notification prevents it. */
    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of("max_prepared_transactions", "10"));

    private static final Inbox inbox = new Inbox();
    private static TransactionManager manager;
    private static AgroalDataSource local;
    private static AgroalDataSource xa;
    private static AgroalDataSource other;
    private static CamelWithPostgres camel;

    /** The policy that camel-jta leaves to its users. */
    private static final class Required extends JtaTransactionPolicy {
        @Override
        public void run(Runnable runnable) throws Throwable {
            manager.begin();
            try {
                runnable.run();
            } catch (Throwable e) {
                manager.rollback();
                throw e;
            }
            manager.commit();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        postgres.execute("create table entry (text text)");
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier("test");
        for (String store : new String[] {null, "communicationStore", "stateStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
        manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
        local = pool(Driver.class);
        xa = pool(PGXADataSource.class);
        other = pool(PGXADataSource.class);
        camel = new CamelWithPostgres(postgres);
        camel.context().getRegistry().bind("required", new Required());
        camel.context().getRegistry().bind("local", local);
        camel.context().getRegistry().bind("xa", xa);
        camel.receive("pgpubsub:T", inbox);
        for (Map.Entry<String, DataSource> pool : Map.<String, DataSource>of("local", local, "xa", xa).entrySet()) {
            camel.route(route -> route.from("direct:" + pool.getKey()).transacted("required")
                    .process(exchange -> insert(pool.getValue(), exchange))
                    .to("pgpubsub:T?transacted=true&dataSource=#" + pool.getKey())
                    .process(TransactedJtaTest::failIfAsked));
        }
        camel.route(route -> route.from("direct:two").transacted("required")
                .process(exchange -> insert(other, exchange))
                .process(exchange -> insert(xa, exchange))
                .choice().when(route.header("send")).to("pgpubsub:T?transacted=true&dataSource=#xa"));
        camel.start();
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
    static void stop() {
        camel.close();
        local.close();
        xa.close();
        other.close();
    }

    @AfterEach
    void clean() throws Exception {
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        assertThat(camel.backends(postgres, "publish")).isEmpty();
        postgres.execute("truncate entry");
        inbox.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:local", "direct:xa"})
    void bothOrNeither(String route) {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> camel.template().sendBodyAndHeader(route, "rolled back", "fail", true))
                    .hasStackTraceContaining("asked to fail");
            camel.send(route, "committed");
        }

        inbox.awaitBodies("committed", "committed", "committed", "committed", "committed");
        assertThat(postgres.strings("select distinct text from entry")).containsExactly("committed");
    }

    @Test
    void aTransactionBegunInJavaCountsAsWell() throws Exception {
        manager.begin();
        camel.send("pgpubsub:T?transacted=true&dataSource=#xa", "rolled back");
        manager.rollback();
        manager.begin();
        camel.send("pgpubsub:T?transacted=true&dataSource=#xa", "committed");
        manager.commit();

        inbox.awaitBodies("committed");
    }

    @Test
    void withoutATransactionNothingIsSent() {
        assertThatThrownBy(() -> camel.send("pgpubsub:T?transacted=true&dataSource=#xa", "alone"))
                .hasStackTraceContaining("in no transaction");

        postgres.notify("T", "last");
        inbox.awaitBodies("last");
    }

    @Test
    void twoResourcesAreRefusedByTheServerAndNothingIsSent() {
        camel.send("direct:two", "without a notification");
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader("direct:two", "with one", "send", true))
                .hasStackTraceContaining("cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY");

        postgres.notify("T", "last");
        inbox.awaitBodies("last");
        assertThat(postgres.strings("select distinct text from entry")).containsExactly("without a notification");
        assertThat(postgres.strings("select gid from pg_prepared_xacts")).isEmpty();
        camel.send("direct:xa", "the pool works on");
        inbox.awaitBodies("last", "the pool works on");
    }

    private static void insert(DataSource pool, Exchange exchange) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into entry values (?)")) {
            insert.setString(1, exchange.getMessage().getBody(String.class));
            insert.executeUpdate();
        }
    }

    private static void failIfAsked(Exchange exchange) {
        if (exchange.getMessage().getHeader("fail", false, Boolean.class)) {
            throw new IllegalStateException("asked to fail");
        }
    }
}
