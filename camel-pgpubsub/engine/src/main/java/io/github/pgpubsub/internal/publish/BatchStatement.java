package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The SQL of a {@link Publisher}. Called by the publisher's thread, or by that of a sender that leads. */
public interface BatchStatement<T extends Outgoing> {

    /** The noun for one message, for failures: "notification" or "message". */
    String noun();

    /** Opens a connection; see {@link ServerConnection#open}. */
    ServerConnection open(ConnectionSource source, String name, Duration ioTimeout, @Nullable ConnectionCustomizer customizer)
            throws SQLException;

    /** Prepares a new connection to the primary. If this throws, the connection is closed, and another attempt follows. */
    void opened(ServerConnection connection) throws SQLException;

    /** Called before a connection is closed. */
    void closed(ServerConnection connection);

    /** Sends the batch as one transaction, in its order. */
    void send(ServerConnection connection, List<T> batch) throws SQLException;

    /** Whether {@link #committed} can find out what became of a batch whose commit was not confirmed. */
    default boolean findsOut() {
        return false;
    }

    /**
     * Finds out which messages of a batch that was sent on an earlier connection are committed. The others are not, and never
     * will be.
     *
     * @param connection {@link #opened} since the batch was sent
     * @throws SQLException when it is still not known
     */
    default List<T> committed(ServerConnection connection, List<T> batch) throws SQLException {
        throw new UnsupportedOperationException();
    }
}
