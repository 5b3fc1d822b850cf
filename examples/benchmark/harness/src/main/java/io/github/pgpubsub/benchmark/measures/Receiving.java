package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** The speed of receiving a backlog that one transaction has committed: from the commit to the last message, with no sender. */
public final class Receiving implements Measure {

    public static final String TABLE = "Receiving a backlog";

    public static Column column(int size) {
        return new Column(TABLE, "messages/s, %d B".formatted(size));
    }

    @Override
    public String name() {
        return "receiving";
    }

    @Override
    public int warmUps() {
        return 1;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (int size : bench.plan().sizes()) {
            Column column = column(size);
            bench.with(peer, 1, 0, List.of(column), () -> {
                Throughput received = bench.receive(peer, 1, size);
                bench.figures().add(column, peer.name(), received.perSecond());
                bench.addCosts(new Column(TABLE, "client CPU, µs/message, %d B".formatted(size)),
                        new Column(TABLE, "server CPU, µs/message, %d B".formatted(size)), peer.name(), received);
            });
        }
    }
}
