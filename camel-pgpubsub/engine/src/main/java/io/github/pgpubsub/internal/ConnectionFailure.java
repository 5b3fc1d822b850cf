package io.github.pgpubsub.internal;

import java.net.SocketException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What an {@link SQLException} says about the connection on which it came up. */
public final class ConnectionFailure {

    /** connection_does_not_exist: what the driver says of a connection that is closed. */
    private static final String CLOSED = "08003";
    /** What the JDK says of a socket that is closed while it is read from. */
    private static final String CLOSED_SOCKET = "Socket closed";

    private ConnectionFailure() {}

    /**
     * Whether trying again with the same settings can't help: the server knows this user, password or database not at all
     * (SQLSTATE classes 28 and 3D), or the settings lack a password or TLS on either side (08004, the driver's own), or nobody
     * trusted has signed the server's certificate.
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
     * Whether the connection is gone, so that the outcome of what ran on it is unknown: class 08 (connection exception), 57P
     * (the server or an operator ended the session), or no answer at all.
     */
    public static boolean isLoss(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }

    /** Whether the connection was closed on this side, by another thread than the one that uses it. */
    public static boolean isClosedHere(@Nullable Throwable failure) {
        return (failure instanceof SQLException e && CLOSED.equals(e.getSQLState()))
                || (failure instanceof SocketException && CLOSED_SOCKET.equals(failure.getMessage()))
                || (failure != null && isClosedHere(failure.getCause()));
    }
}
