package io.github.pgpubsub.camel;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Borrows connections that take part in the transaction of the calling thread. This one relies on a {@link DataSource} that
 * sees to that itself, as those do that JTA manages.
 */
class TransactionConnections {

    private static final String SPRING_JDBC = "org.springframework.jdbc.datasource.DataSourceUtils";

    final DataSource dataSource;

    TransactionConnections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Spring's way where spring-jdbc is on the class path: it leads to JTA's transactions too. */
    static TransactionConnections of(DataSource dataSource) {
        try {
            Class.forName(SPRING_JDBC, false, TransactionConnections.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return new TransactionConnections(dataSource);
        }
        return new SpringTransactionConnections(dataSource);
    }

    Connection borrow() throws SQLException {
        return dataSource.getConnection();
    }

    /** The transaction goes on, and so does the connection where the transaction holds it. */
    void giveBack(Connection connection) throws SQLException {
        connection.close();
    }
}
