package io.github.pgpubsub.camel;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Borrows the connection that Spring has bound to the thread's transaction. The only class that uses Spring; loaded only if
 * present.
 */
final class SpringTransactionConnections extends TransactionConnections {

    SpringTransactionConnections(DataSource dataSource) {
        super(dataSource);
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
