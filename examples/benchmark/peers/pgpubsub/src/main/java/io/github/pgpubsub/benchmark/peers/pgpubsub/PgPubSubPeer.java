package io.github.pgpubsub.benchmark.peers.pgpubsub;

import io.github.pgpubsub.benchmark.kit.Backlogs;
import io.github.pgpubsub.benchmark.kit.Peer;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.github.pgpubsub.benchmark.peers.camel.CamelPeer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/**
 * The peer for this component. Argument {@code one}: one consumer of a channel receives; {@code all}: all do, as with other peers;
 * {@code kept}: messages are kept, with all defaults.
 */
public final class PgPubSubPeer {

    private PgPubSubPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(switch (arguments[0]) {
            case "one" -> plain("true");
            case "all" -> plain("false");
            case "kept" -> new CamelPeer(PgPubSubPeer::kept, PgPubSubPeer::kept, new CamelPeer.Extras() {
                @Override
                public void makeBacklog(Server server, List<String> channels, int count, int size) throws SQLException {
                    Backlogs.insert(server, "pgpubsub.message", channels, count, size);
                }
            });
            default -> throw new IllegalArgumentException("the argument must be one, all or kept, not " + arguments[0]);
        });
    }

    private static Peer plain(String singleListener) {
        return new CamelPeer((server, channel) -> uri(server, channel) + "&singleListener=" + singleListener, PgPubSubPeer::uri);
    }

    private static String kept(Server server, String channel) {
        return uri(server, channel) + "&durable=true";
    }

    private static String uri(Server server, String channel) {
        return "pgpubsub:%s?url=%s&user=%s&password=RAW(%s)".formatted(channel, server.jdbcUrl(), server.user(),
                server.password());
    }
}
