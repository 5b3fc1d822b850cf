package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;

/** Why a session has lost its connection, or gets none. */
final class SessionFailure {

    private SessionFailure() {}

    /** Does nothing, but from then on this class is loaded: it is needed first when memory may be lacking. */
    static void load() {}

    /** What subscribers are told: an exception, also of an error. */
    static Exception cause(Throwable failure) {
        boolean isOutOfMemory = failure instanceof OutOfMemoryError || failure.getCause() instanceof OutOfMemoryError;
        if (isOutOfMemory) {
            return new SQLException("Not enough memory to listen", failure);
        }
        return failure instanceof Exception e ? e : new SQLException(failure.toString(), failure);
    }

    /** Whether the cause is known, so that a silence before the loss is not it: the server's word, or an error on this side. */
    static boolean isExplained(Exception cause) {
        return ConnectionFailure.isToldByServer(cause) || cause.getCause() instanceof Error
                || cause instanceof RuntimeException;
    }
}
