package io.github.pgpubsub.internal.session;

import java.sql.SQLException;
import java.util.Set;

/**
 * A notification that no client can be given: the server converts what it sends to the client's encoding, which is UTF-8, and
 * databases with a single-byte encoding or SQL_ASCII hold bytes for which there is none. The driver can't read on after that
 * error, so it costs every session that listens to that channel its connection, and those that reconnect don't see the
 * notification again.
 */
final class UnreadablePayload {

    /** untranslatable_character and character_not_in_repertoire. */
    private static final Set<String> STATES = Set.of("22P05", "22021");

    private UnreadablePayload() {}

    /** What a lost connection means, in words of the operator's. */
    static String explained(Exception cause) {
        boolean unreadable = cause instanceof SQLException e && STATES.contains(String.valueOf(e.getSQLState()));
        return cause.getMessage()
                + (unreadable ? ". Somebody has sent a notification with bytes that have no form in UTF-8, and each such"
                        + " one ends the connections of all that listen to its channel. A database with the encoding UTF8 can't hold them;"
                        + " in this one, let only those connect who don't send them" : "");
    }
}
