package io.github.pgpubsub.benchmark.peers.pgevent;

import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.github.pgpubsub.benchmark.peers.camel.CamelPeer;
import java.io.IOException;

/** The peer for camel-pgevent. */
public final class PgEventPeer {

    private PgEventPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(new CamelPeer(PgEventPeer::uri, PgEventPeer::uri));
    }

    private static String uri(Server server, String channel) {
        return "pgevent://%s:%d/%s/%s?user=%s&pass=RAW(%s)"
                .formatted(server.host(), server.port(), server.database(), channel, server.user(), server.password());
    }
}
