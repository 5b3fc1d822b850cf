package io.github.pgpubsub.kept;

import java.sql.Connection;

/** Runs work in database transactions: of a connection pool, of Spring, of JTA. For {@link AckMode#transaction}. Thread-safe. */
@FunctionalInterface
public interface Transactions {

    /**
     * Begins a transaction in READ COMMITTED, calls the work with its connection, and commits if the work returns, or rolls back if it
     * throws. The database must be the one with the log.
     *
     * @throws Exception what the work threw, or the failure to begin or to commit
     */
    void execute(Work work) throws Exception;

    /** What is to be done within a transaction. */
    @FunctionalInterface
    interface Work {

        /** @param connection belongs to the transaction, which the work must not end */
        void run(Connection connection) throws Exception;
    }
}
