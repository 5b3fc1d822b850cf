package io.github.pgpubsub.camel;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Borrows connections that take part in the calling thread's transaction. This class relies on a {@link DataSource} that
 * enlists its connections itself, as DataSources managed by JTA do.
 */
class TransactionConnections {

    private static final String SPRING_JDBC = "org.springframework.jdbc.datasource.DataSourceUtils";

    final DataSource dataSource;

    TransactionConnections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Uses Spring if spring-jdbc is on the class path; this covers JTA's transactions too. */
    static TransactionConnections of(DataSource dataSource) {
        try {
            Class.forName(SPRING_JDBC, false, TransactionConnections.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return new TransactionConnections(dataSource);
        }
        return new SpringTransactionConnections(dataSource);
    }

    /**
     * Whether the thread's transaction will not be prepared, so that it may notify. A transaction of JTA may turn out to need two phases
     * after the send. Asked before {@link #borrow}.
     */
    boolean mayNotify() {
        return false;
    }

    Connection borrow() throws SQLException {
        return dataSource.getConnection();
    }

    /** Does not end the transaction; a connection that the transaction holds stays open. */
    void giveBack(Connection connection) throws SQLException {
        connection.close();
    }
}
