package io.github.pgpubsub.connect;

import io.github.pgpubsub.internal.socket.EagerSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/**
 * Creates sockets that answer the driver's peeks at once.
 *
 * <p>After each notification the JDBC driver tries to read another one: it sets the socket's timeout to 1 ms and reads
 * ({@code org.postgresql.core.PGStream#hasMessagePending}). If none follows, as usual on a quiet channel, this read waits for the
 * whole millisecond before the driver returns the notification. A socket of this factory answers such a read at once when nothing
 * has arrived. It also ends the driver's loop at the first notification after {@value EagerSocket#LONGEST_RUN} bytes, so that the
 * driver returns a backlog in portions instead of reading all of it into memory.
 *
 * <p>While the session does not read, the socket can read ahead ({@link EagerSocket#readAhead}), so that the server does
 * not mistake a slow reader for a vanished host.
 *
 * <p>The driver creates the factory by name (property {@code socketFactory}). TLS runs above the socket, which then can't see the
 * end of a notification: with TLS the driver decides how much of a backlog it reads.
 */
public final class EagerSocketFactory extends SocketFactory {

    @Override
    public Socket createSocket() throws SocketException {
        return new EagerSocket();
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw connected();
    }

    /** The driver connects its sockets itself, with a timeout. */
    private static UnsupportedOperationException connected() {
        return new UnsupportedOperationException("This factory makes unconnected sockets only");
    }
}
