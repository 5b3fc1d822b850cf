package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** The transactions of a consumer with {@code ackMode=transaction}: Spring's or JTA's. Each thread has its own. */
interface ConsumerTransactions extends Transactions {

    /** Whether the calling thread's transaction, begun by {@link #execute}, can only be rolled back. */
    boolean isRollbackOnly();

    /**
     * Finds the transaction manager. Neither Spring nor JTA need be on the class path.
     *
     * @param given     null: the only one in the registry
     * @param autowired whether it may come from the registry
     * @throws IllegalArgumentException when there is none, or there are several; the text names the option
     */
    static ConsumerTransactions of(CamelContext context, @Nullable Object given, boolean autowired, DataSource dataSource) {
        Object manager = given != null ? given : only(context, autowired);
        if (isPresent(context, SpringTransactions.MANAGER) && SpringTransactions.isManager(manager)) {
            return new SpringTransactions(manager, dataSource);
        } else if (isPresent(context, JtaTransactions.MANAGER) && JtaTransactions.isManager(manager)) {
            return new JtaTransactions(manager, dataSource);
        }
        throw new IllegalArgumentException("The option transactionManager is a " + manager.getClass().getName()
                + "; it must be a " + SpringTransactions.MANAGER + " or a " + JtaTransactions.MANAGER);
    }

    private static Object only(CamelContext context, boolean autowired) {
        int found = 0;
        for (String type : autowired ? new String[] {SpringTransactions.MANAGER, JtaTransactions.MANAGER} : new String[0]) {
            Class<?> manager = context.getClassResolver().resolveClass(type);
            // findSingleByType first, because among several Spring's registry returns the @Primary one.
            Object only = manager == null ? null : context.getRegistry().findSingleByType(manager);
            if (only != null) {
                return only;
            }
            Set<?> all = manager == null ? Set.of() : context.getRegistry().findByType(manager);
            found += all.size();
        }
        throw new IllegalArgumentException((found == 0 ? "The registry holds no transaction manager"
                : "The registry holds " + found + " transaction managers to choose from")
                + ": ackMode=transaction needs the option transactionManager, on the endpoint or on the component");
    }

    private static boolean isPresent(CamelContext context, String type) {
        return context.getClassResolver().resolveClass(type) != null;
    }

    /** Refuses a connection outside of the transaction: the group's place would move whatever becomes of the exchange's effects. */
    static void check(Connection connection) throws SQLException {
        // Some transaction managers enlist the connection with its first statement.
        connection.prepareStatement("select").close();
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("ackMode=transaction: the connection of the dataSource is in no transaction of the"
                    + " transactionManager. Set the option dataSource to the one that this transaction manager works on");
        }
    }
}
