package io.github.pgpubsub.benchmark.peers.pgjdbc;

import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** The driver alone, as in a program without a library. */
public final class PgjdbcPeer {

    private PgjdbcPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(switch (arguments[0]) {
            // One notification per commit, one connection per sender; the listening loop of the driver's documentation.
            case "loop" -> (server, listenTo, sendTo, receiver) -> new OneByOne(() -> connect(server, false),
                    new ListenLoop(connect(server, false), listenTo, receiver));
            // The same, with a socket that answers the driver's peek at once.
            case "eager" -> (server, listenTo, sendTo, receiver) -> new OneByOne(() -> connect(server, true),
                    new ListenLoop(connect(server, true), listenTo, receiver));
            // The server's maximum: 256 notifications per commit.
            case "batched" -> (server, listenTo, sendTo, receiver) -> {
                if (!listenTo.isEmpty()) {
                    throw new UnsupportedOperationException("this peer only sends, and only in batches");
                }
                return new Batched(connect(server, false));
            };
            default -> throw new IllegalArgumentException("the argument must be loop, eager or batched, not " + arguments[0]);
        });
    }

    private static Connection connect(Server server, boolean eager) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, server.user());
        PGProperty.PASSWORD.set(properties, server.password());
        if (eager) {
            PGProperty.SOCKET_FACTORY.set(properties, EagerSocketFactory.class.getName());
        }
        return new Driver().connect(server.jdbcUrl(), properties);
    }
}
