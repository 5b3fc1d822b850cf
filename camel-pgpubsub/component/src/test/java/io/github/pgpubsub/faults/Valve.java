package io.github.pgpubsub.faults;

import io.github.pgpubsub.support.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forwards bytes between clients and a server, and on request stops in the middle of a notification: the client then has the
 * beginning of a message, and nothing follows.
 */
final class Valve implements AutoCloseable {

    /** First byte of a NotificationResponse (PostgreSQL documentation, 54.7 Message Formats). */
    private static final byte NOTIFICATION = 'A';

    private final PostgresServer server;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean armed;

    Valve(PostgresServer server) {
        this.server = server;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(this::accept);
    }

    String url(String database) {
        return "jdbc:postgresql://" + listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort() + "/" + database;
    }

    /** Stops the next notification to any client halfway, and everything behind it on that connection. */
    void closeWithinNextNotification() {
        armed = true;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket behind = new Socket(server.host(), server.port());
            sockets.add(client);
            sockets.add(behind);
            run(() -> pass(client, behind, false));
            run(() -> pass(behind, client, true));
        }
    }

    private void pass(Socket from, Socket to, boolean toClient) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        try (InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                int notification = toClient && armed ? notificationIn(ByteBuffer.wrap(buffer, 0, length)) : -1;
                if (notification >= 0) {
                    armed = false;
                    out.write(buffer, 0, notification + (length - notification) / 2);
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                out.write(buffer, 0, length);
            }
        }
    }

    /** Where a notification begins, perhaps behind the answer to a statement; -1: nowhere. The server flushes whole messages. */
    private static int notificationIn(ByteBuffer messages) {
        while (messages.remaining() > Byte.BYTES + Integer.BYTES) {
            int start = messages.position();
            if (messages.get() == NOTIFICATION) {
                return start;
            }
            messages.position(Math.min(start + Byte.BYTES + messages.getInt(), messages.limit()));
        }
        return -1;
    }

    /** Ends when either side breaks; the caller closes the sockets. */
    private static void run(Passage passage) {
        Thread thread = new Thread(() -> {
            try {
                passage.run();
            } catch (IOException e) {
                // Counts as the end of the connection.
            }
        }, "valve");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private interface Passage {
        void run() throws IOException;
    }
}
