package io.github.pgpubsub.benchmark.peers.pgjdbc;

import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Rows;
import io.github.pgpubsub.benchmark.kit.Server;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** The driver alone, as in a program without a library. */
public final class PgjdbcPeer {

    /** The harness makes it anew before each question. */
    private static final String LOG = "pgpubsub.message";

    /** As many as the component has for the members of groups. */
    private static final int MORE = 128;

    private PgjdbcPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(switch (arguments[0]) {
            // One notification per commit, one connection per sender; the listening loop of the driver's documentation.
            case "loop" -> (server, listenTo, sendTo, receiver) -> new OneByOne(() -> connect(server, false),
                    new ListenLoop(connect(server, false), listenTo, receiver));
            // The same, with a socket that answers the driver's peek at once.
            case "eager" -> (server, listenTo, sendTo, receiver) -> new OneByOne(() -> connect(server, true),
                    new ListenLoop(connect(server, true), listenTo, receiver));
            // The usual loop with more channels: the server compares each notification with all of them.
            case "more" -> (server, listenTo, sendTo, receiver) -> {
                if (listenTo.size() < 2 || !sendTo.isEmpty()) {
                    throw new UnsupportedOperationException("this peer only listens to many channels");
                }
                return new OneByOne(() -> connect(server, false),
                        new ListenLoop(connect(server, false), withMore(listenTo), receiver));
            };
            // The server's maximum: 256 notifications per commit.
            case "batched" -> (server, listenTo, sendTo, receiver) -> {
                if (!listenTo.isEmpty()) {
                    throw new UnsupportedOperationException("this peer only sends, and only in batches");
                }
                return new Batched(connect(server, false));
            };
            // The log of kept messages by hand: so many rows to a commit of the asynchronous sender, windows for the reader.
            case "windows-512" -> (server, listenTo, sendTo, receiver) -> windows(server, listenTo, receiver, 512);
            case "windows-2000" -> (server, listenTo, sendTo, receiver) -> windows(server, listenTo, receiver, 2000);
            // The same log, a wake-up and one query.
            case "woken" -> (server, listenTo, sendTo, receiver) -> new Rows(server, LOG, 512,
                    listenTo.isEmpty() ? () -> {} : new WokenLoop(connect(server, true), only(listenTo), receiver));
            default -> throw new IllegalArgumentException(
                    "the argument must be loop, eager, more, batched, windows-512, windows-2000 or woken, not " + arguments[0]);
        });
    }

    private static List<String> withMore(List<String> channels) {
        return Stream.concat(channels.stream(), IntStream.range(0, MORE).mapToObj(i -> "more_" + i)).toList();
    }

    private static Link windows(Server server, List<String> listenTo, Consumer<String> receiver, int rows) throws SQLException {
        return new Rows(server, LOG, rows,
                listenTo.isEmpty() ? () -> {} : new WindowLoop(connect(server, false), only(listenTo), receiver));
    }

    private static String only(List<String> channels) {
        if (channels.size() > 1) {
            throw new UnsupportedOperationException("it reads one channel");
        }
        return channels.get(0);
    }

    /** @param eager whether the socket answers the driver's peek at once */
    public static Connection connect(Server server, boolean eager) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, server.user());
        PGProperty.PASSWORD.set(properties, server.password());
        if (eager) {
            PGProperty.SOCKET_FACTORY.set(properties, EagerSocketFactory.class.getName());
        }
        return new Driver().connect(server.jdbcUrl(), properties);
    }
}
