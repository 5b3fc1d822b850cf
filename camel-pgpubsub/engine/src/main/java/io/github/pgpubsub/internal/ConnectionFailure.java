package io.github.pgpubsub.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** Classifies an {@link SQLException}: a permanent refusal, a lost connection, or a connection that this side closed. */
public final class ConnectionFailure {

    /** connection_does_not_exist: the driver's state for a closed connection. */
    private static final String CLOSED = "08003";
    private static final String OUT_OF_MEMORY = "53200";
    /** The JDK's message for a socket that is closed during a read. */
    private static final String CLOSED_SOCKET = "Socket closed";

    private ConnectionFailure() {}

    /**
     * Whether another attempt with the same settings would fail, too: the server does not accept this user, password or database
     * (SQLSTATE classes 28 and 3D), the settings lack a password or TLS on either side (08004, set by the driver), or the server's
     * certificate is not signed by a trusted authority.
     */
    public static boolean isRefusal(SQLException e) {
        String state = e.getSQLState();
        return (state != null && (state.startsWith("28") || state.startsWith("3D") || state.equals("08004")))
                || isAboutCertificate(e);
    }

    private static boolean isAboutCertificate(@Nullable Throwable failure) {
        return failure != null && (failure instanceof CertificateException || isAboutCertificate(failure.getCause()));
    }

    /**
     * Whether the connection is lost, so that the outcome of a request on it is unknown: class 08 (connection exception), 57P (see
     * {@link #isToldByServer}), or no SQLSTATE, which means that no answer came.
     */
    public static boolean isLoss(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith("08") || isToldByServer(e);
    }

    /** Whether the server or an operator has ended the session, and the server has said so (57P). */
    public static boolean isToldByServer(Exception failure) {
        return failure instanceof SQLException e && e.getSQLState() != null && e.getSQLState().startsWith("57P");
    }

    /**
     * Whether the driver had no memory for the server's answer, which it reports as if the server had none: the request may have been
     * carried out.
     */
    public static boolean isLackOfMemory(SQLException e) {
        return OUT_OF_MEMORY.equals(e.getSQLState()) && (e.getCause() instanceof OutOfMemoryError
                || (e instanceof PSQLException inDriver && inDriver.getServerErrorMessage() == null));
    }

    /** Whether the connection was closed on this side, by a thread other than its owner. */
    public static boolean isClosedHere(@Nullable Throwable failure) {
        return (failure instanceof SQLException e && CLOSED.equals(e.getSQLState()))
                || (failure instanceof SocketException && CLOSED_SOCKET.equals(failure.getMessage()))
                || (failure != null && isClosedHere(failure.getCause()));
    }

    /** The failure's message for a log. An error in a function has its stack of calls below the first line. */
    public static String firstLine(Throwable failure) {
        String message = message(failure);
        // Without a stream: memory may be lacking, and its classes are perhaps used for the first time.
        int end = 0;
        while (end < message.length() && message.charAt(end) != '\n' && message.charAt(end) != '\r') {
            end++;
        }
        return message.substring(0, end);
    }

    /**
     * The failure's message. Of a lost connection the driver only says that sending or connecting failed, and leaves the reason to the
     * cause, such as an unknown host or a reset; if nobody listens at the address, it says so itself.
     */
    public static String message(Throwable failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        Throwable cause = failure.getCause();
        if (!(failure instanceof PSQLException) || !(cause instanceof IOException) || cause instanceof ConnectException) {
            return message;
        }
        String reason = cause.getMessage() == null ? "" : cause.getMessage();
        // Of a failure of TLS the driver tells the reason.
        return !reason.isEmpty() && message.contains(reason) ? message
                : message.replaceFirst("\\.$", "") + ": " + cause.getClass().getSimpleName()
                        + (reason.isEmpty() ? "" : ": " + reason);
    }
}
