package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** A backlog of kept messages received by one member of a group, which has all of its shards and as many consumers. */
public final class Shards implements Measure {

    private static final String TABLE = "Shards: one member receives a backlog";
    private static final int SIZE = 100;

    public static Column rate() {
        return new Column(TABLE, "messages/s, %d B".formatted(SIZE));
    }

    @Override
    public String name() {
        return "shards";
    }

    @Override
    public Family family() {
        return Family.SHARDS;
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        bench.withLog(peer, 1, 0, List.of(rate()), () -> {
            Throughput received = bench.receive(peer, 1, SIZE);
            bench.figures().add(rate(), peer.name(), received.perSecond());
            bench.addCosts(new Column(TABLE, "client CPU, µs/message"), new Column(TABLE, "server CPU, µs/message"), peer.name(),
                    received);
        });
    }
}
