package io.github.pgpubsub.benchmark.peers.pgjdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The usual loop around {@code getNotifications}, on a separate thread. */
public final class ListenLoop implements AutoCloseable {

    private static final int WAIT_MILLIS = 100;

    private final Connection connection;
    private final Receiver receiver;
    private final Thread thread = new Thread(this::listen, "listener");
    private volatile boolean closing;

    /** Takes what the driver has read at once, on the loop's thread. */
    @FunctionalInterface
    public interface Receiver {

        void accept(PGNotification... notifications) throws InterruptedException;
    }

    ListenLoop(Connection connection, List<String> channels, Consumer<String> receiver) throws SQLException {
        this(connection, channels, (Receiver) notifications -> {
            for (PGNotification notification : notifications) {
                receiver.accept(notification.getParameter());
            }
        });
    }

    public ListenLoop(Connection connection, List<String> channels, Receiver receiver) throws SQLException {
        this.connection = connection;
        this.receiver = receiver;
        try (Statement statement = connection.createStatement()) {
            for (String channel : channels) {
                statement.execute("listen " + channel);
            }
        }
        thread.setDaemon(true);
        if (!channels.isEmpty()) {
            thread.start();
        }
    }

    private void listen() {
        try {
            PGConnection driver = connection.unwrap(PGConnection.class);
            while (!closing) {
                PGNotification[] notifications = driver.getNotifications(WAIT_MILLIS);
                if (notifications != null) {
                    receiver.accept(notifications);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        closing = true;
        thread.join();
        connection.close();
    }
}
