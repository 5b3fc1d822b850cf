package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;

/**
 * A notification that no client can receive: the server converts payloads to the client's encoding, UTF-8, and databases with a
 * single-byte encoding or SQL_ASCII can hold bytes that UTF-8 lacks. The driver can't continue after this error, so every session
 * that listens to the channel loses its connection; after the reconnect it does not get the notification again.
 */
final class UnreadablePayload {

    private static final String UNTRANSLATABLE_CHARACTER = "22P05";
    private static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";

    private UnreadablePayload() {}

    /** The cause of a lost connection, for operators. */
    static String explained(Exception cause) {
        boolean unreadable = cause instanceof SQLException e
                && (UNTRANSLATABLE_CHARACTER.equals(e.getSQLState()) || CHARACTER_NOT_IN_REPERTOIRE.equals(e.getSQLState()));
        return ConnectionFailure.message(cause)
                + (unreadable ? ". Somebody has sent a notification with bytes that can't be converted to UTF-8, and each such"
                        + " notification ends the connections of all that listen to its channel. A database with the encoding UTF8 does"
                        + " not accept such bytes; in this database, let only clients connect that don't send them" : "");
    }
}
