package io.github.pgpubsub.camel;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Borrows the connection that Spring has bound to the thread's transaction. Loaded only if Spring is
 * present.
 */
final class SpringTransactionConnections extends TransactionConnections {

    SpringTransactionConnections(DataSource dataSource) {
        super(dataSource);
    }

    /**
     * Spring's own transactions have bound their connection when they began. To a transaction of JTA the connection is bound with its
     * first use, and a synchronization with it, which gives it back at the end.
     */
    @Override
    boolean mayNotify() {
        return TransactionSynchronizationManager.hasResource(dataSource)
                && TransactionSynchronizationManager.isSynchronizationActive()
                && TransactionSynchronizationManager.getSynchronizations().stream()
                        .noneMatch(each -> each.getClass().getName().startsWith(DataSourceUtils.class.getName()));
    }

    @Override
    Connection borrow() throws SQLException {
        return DataSourceUtils.doGetConnection(dataSource);
    }

    @Override
    void giveBack(Connection connection) throws SQLException {
        DataSourceUtils.doReleaseConnection(connection, dataSource);
    }
}
