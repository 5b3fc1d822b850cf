package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/**
 * Kept messages from end to end: one process sends a number of messages as fast as it can and receives them at the same time. The
 * clock runs from the first sending to the last arrival.
 */
public final class KeptFlow implements ThroughputMeasure {

    public static final List<Integer> SENDERS = List.of(64, Sending.ASYNCHRONOUS);

    private static final String TABLE = "Kept: end to end, messages/s";
    private static final int SIZE = 100;

    public static Column column(int senders, int size) {
        return new Column(TABLE, Sending.column(senders, size).name());
    }

    @Override
    public String name() {
        return "kept-flow";
    }

    @Override
    public Family family() {
        return Family.KEPT;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (int senders : SENDERS) {
            Column column = column(senders, SIZE);
            bench.withLog(peer, 1, 1, List.of(column), () -> {
                Throughput flown = bench.flow(peer, senders, SIZE);
                bench.figures().add(column, peer.name(), flown.perSecond());
                bench.addCosts(new Column("Kept: end to end, client CPU, µs/message", column.name()),
                        new Column("Kept: end to end, server CPU, µs/message", column.name()), peer.name(), flown);
            });
        }
    }
}
