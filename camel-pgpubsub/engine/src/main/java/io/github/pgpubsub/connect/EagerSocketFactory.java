package io.github.pgpubsub.connect;

import io.github.pgpubsub.internal.socket.EagerSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/**
 * Makes sockets that answer the driver's peeks at once.
 *
 * <p>After each notification the JDBC driver looks whether another one follows: it sets the socket's timeout to 1 ms and reads
 * ({@code org.postgresql.core.PGStream#hasMessagePending}). Where nothing follows, which is the usual case of an idle channel,
 * that read waits for the whole millisecond before the notification is handed out. A socket of this factory answers such a
 * read at once when nothing has arrived. It also ends the driver's loop with the first notification after
 * {@value EagerSocket#LONGEST_RUN} bytes, so that a backlog comes in portions instead of all at once into the driver's memory.
 *
 * <p>While nobody reads, such a socket can go on taking in a little of what arrives
 * ({@link EagerSocket#readAhead}), so that the server does not take a slow reader for one that has vanished.
 *
 * <p>The driver makes one of these by name (its property {@code socketFactory}). TLS is layered above the socket, which then
 * can't see where a notification ends: there a backlog comes as the driver takes it.
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
