package io.github.pgpubsub.camel;

import java.sql.Connection;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/** Spring's transactions, with the database's isolation: not every manager can set one. Loaded only if Spring is present. */
final class SpringTransactions implements ConsumerTransactions {

    static final String MANAGER = "org.springframework.transaction.PlatformTransactionManager";

    private final PlatformTransactionManager manager;
    private final TransactionConnections connections;
    /** Null: between transactions. */
    private @Nullable TransactionStatus current;

    SpringTransactions(Object manager, DataSource dataSource) {
        this.manager = (PlatformTransactionManager) manager;
        this.connections = new SpringTransactionConnections(dataSource);
    }

    static boolean isManager(Object manager) {
        return manager instanceof PlatformTransactionManager;
    }

    @Override
    public boolean isRollbackOnly() {
        return current != null && current.isRollbackOnly();
    }

    @Override
    public void execute(Work work) throws Exception {
        TransactionStatus status = manager.getTransaction(new DefaultTransactionDefinition());
        current = status;
        try {
            run(work);
        } catch (Throwable e) {
            rollBack(status, e);
            throw e;
        } finally {
            current = null;
        }
        manager.commit(status);
    }

    private void run(Work work) throws Exception {
        Connection connection = connections.borrow();
        try {
            ConsumerTransactions.check(connection);
            work.run(connection);
        } finally {
            connections.giveBack(connection);
        }
    }

    private void rollBack(TransactionStatus status, Throwable failure) {
        try {
            manager.rollback(status);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
