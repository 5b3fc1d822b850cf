package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link Publisher} sends with. The sender's thread calls it. */
public interface BatchStatement<T extends Outgoing> {

    /** What senders call one message, for failures. */
    String noun();

    /** Opens a connection; see {@link ServerConnection#open}. */
    ServerConnection open(ConnectionSource source, String name, Duration ioTimeout, @Nullable ConnectionCustomizer customizer)
            throws SQLException;

    /** Prepares a new connection to the primary. If this throws, the connection is closed, and another attempt follows. */
    void opened(ServerConnection connection) throws SQLException;

    /** That connection is about to be closed. */
    void closed(ServerConnection connection);

    /** Sends the batch as one transaction, in its order. */
    void send(ServerConnection connection, List<T> batch) throws SQLException;

    /** Whether {@link #committed} can find out what became of a batch whose commit was not confirmed. */
    default boolean findsOut() {
        return false;
    }

    /**
     * Finds out which messages of a batch are committed that was sent on an earlier connection. The others are not, and never
     * will be.
     *
     * @param connection {@link #opened} since the batch was sent
     * @throws SQLException when it is still not known
     */
    default List<T> committed(ServerConnection connection, List<T> batch) throws SQLException {
        throw new UnsupportedOperationException();
    }
}
