package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** How fast a backlog of kept messages is received that one transaction has committed, while nobody sends. */
public final class KeptReceiving implements Measure {

    private static final String TABLE = "Kept: receiving a backlog";
    private static final int SIZE = 100;

    @Override
    public String name() {
        return "kept-receiving";
    }

    @Override
    public Family family() {
        return Family.KEPT;
    }

    @Override
    public List<PeerProcess> whom(List<PeerProcess> all) {
        return Measure.super.whom(all).stream().filter(peer -> !peer.name().equals(Participants.BY_HAND)).toList();
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        Column column = new Column(TABLE, "messages/s, %d B".formatted(SIZE));
        bench.withLog(peer, 1, 0, List.of(column), () -> {
            Throughput received = bench.receive(peer, 1, SIZE);
            bench.figures().add(column, peer.name(), received.perSecond());
            bench.addCosts(new Column(TABLE, "client CPU, µs/message"), new Column(TABLE, "server CPU, µs/message"), peer.name(),
                    received);
        });
    }
}
