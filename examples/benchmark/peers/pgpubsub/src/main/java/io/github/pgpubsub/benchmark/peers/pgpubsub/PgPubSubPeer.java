package io.github.pgpubsub.benchmark.peers.pgpubsub;

import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.github.pgpubsub.benchmark.peers.camel.CamelPeer;
import java.io.IOException;

/**
 * The peer for this component. Argument {@code one}: one consumer of a channel receives; {@code all}: all do, as with other
 * peers.
 */
public final class PgPubSubPeer {

    private PgPubSubPeer() {}

    public static void main(String... arguments) throws IOException {
        String singleListener = switch (arguments[0]) {
            case "one" -> "true";
            case "all" -> "false";
            default -> throw new IllegalArgumentException("the argument must be one or all, not " + arguments[0]);
        };
        Program.run(new CamelPeer(
                (server, channel) -> uri(server, channel) + "&singleListener=" + singleListener,
                PgPubSubPeer::uri));
    }

    private static String uri(Server server, String channel) {
        return "pgpubsub:%s?url=%s&user=%s&password=RAW(%s)".formatted(channel, server.jdbcUrl(), server.user(),
                server.password());
    }
}
