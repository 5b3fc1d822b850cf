package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** How many kept messages are committed in a second, while nobody reads. */
public final class KeptSending implements ThroughputMeasure {

    private static final String TABLE = "Kept: sending, messages/s";
    private static final String CLIENT = "Kept: sending, client CPU, µs/message";
    private static final String SERVER = "Kept: sending, server CPU, µs/message";
    private static final int SIZE = 100;

    public static Column column(int senders, int size) {
        return new Column(TABLE, Sending.column(senders, size).name());
    }

    @Override
    public String name() {
        return "kept-sending";
    }

    @Override
    public Family family() {
        return Family.KEPT;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (int senders : Sending.SENDERS) {
            Column column = column(senders, SIZE);
            bench.withLog(peer, 0, 1, List.of(column), () -> {
                Throughput sent = bench.send(peer, senders, SIZE);
                bench.figures().add(column, peer.name(), sent.perSecond());
                bench.addCosts(new Column(CLIENT, column.name()), new Column(SERVER, column.name()), peer.name(), sent);
            });
        }
    }
}
