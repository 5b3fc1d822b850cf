package io.github.pgpubsub.camel;

import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import javax.sql.DataSource;

/** JTA's transactions, of a DataSource that takes part in them by itself. Loaded only if JTA is present. */
final class JtaTransactions implements ConsumerTransactions {

    static final String MANAGER = "jakarta.transaction.TransactionManager";

    private final TransactionManager manager;
    private final DataSource dataSource;

    JtaTransactions(Object manager, DataSource dataSource) {
        this.manager = (TransactionManager) manager;
        this.dataSource = dataSource;
    }

    static boolean isManager(Object manager) {
        return manager instanceof TransactionManager;
    }

    @Override
    public boolean isRollbackOnly() {
        try {
            return manager.getStatus() == Status.STATUS_MARKED_ROLLBACK;
        } catch (SystemException e) {
            // The commit fails as well, and tells why.
            return false;
        }
    }

    @Override
    public void execute(Work work) throws Exception {
        manager.begin();
        try {
            run(work);
        } catch (Throwable e) {
            rollBack(e);
            throw e;
        }
        manager.commit();
    }

    private void run(Work work) throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            ConsumerTransactions.check(connection);
            work.run(connection);
        }
    }

    private void rollBack(Throwable failure) {
        try {
            manager.rollback();
        } catch (SystemException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
