package io.github.pgpubsub;

import java.sql.SQLException;

/**
 * The connection broke, or the time was up, between sending a notification and hearing that it was committed: it may have
 * been delivered or not.
 */
public class UnknownOutcomeException extends SQLException {

    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String reason, String sqlState, Throwable cause) {
        super(reason, sqlState, cause);
    }
}
