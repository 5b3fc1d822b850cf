package io.github.pgpubsub;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The connection broke, or the timeout expired, after a notification was sent and before its commit was confirmed. The
 * notification may or may not have been delivered.
 */
public class UnknownOutcomeException extends SQLException {

    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String reason, @Nullable String sqlState, @Nullable Throwable cause) {
        super(reason, sqlState, cause);
    }
}
