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
    /** Of the calling thread; none: between transactions. Not static, because consumers have one each. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable TransactionStatus> current = new ThreadLocal<>();

    SpringTransactions(Object manager, DataSource dataSource) {
        this.manager = (PlatformTransactionManager) manager;
        this.connections = new SpringTransactionConnections(dataSource);
    }

    static boolean isManager(Object manager) {
        return manager instanceof PlatformTransactionManager;
    }

    @Override
    public boolean isRollbackOnly() {
        TransactionStatus status = current.get();
        return status != null && status.isRollbackOnly();
    }

    @Override
    public void execute(Work work) throws Exception {
        TransactionStatus status = manager.getTransaction(new DefaultTransactionDefinition());
        current.set(status);
        try {
            run(work);
        } catch (Throwable e) {
            rollBack(status, e);
            throw e;
        } finally {
            current.remove();
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
