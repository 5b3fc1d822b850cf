package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** Committed notifications per second, without a listener. */
public final class Sending implements Measure {

    public static final String TABLE = "Sending, messages/s";
    private static final String CLIENT = "Sending, client CPU, µs/message";
    private static final String SERVER = "Sending, server CPU, µs/message";
    public static final int ASYNCHRONOUS = 0;
    /** Number of senders for the measures of latency under load; "half load" is half of the rate that they reach. */
    static final int USUAL = 8;
    public static final List<Integer> SENDERS = List.of(1, USUAL, 64, ASYNCHRONOUS);

    public static Column column(int senders, int size) {
        return new Column(TABLE, name(senders, size));
    }

    public static Column serverCpu(int senders, int size) {
        return new Column(SERVER, name(senders, size));
    }

    private static String name(int senders, int size) {
        return (senders == ASYNCHRONOUS ? "asynchronous" : senders + " blocking") + ", " + size + " B";
    }

    @Override
    public String name() {
        return "sending";
    }

    @Override
    public int warmUps() {
        return 1;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (int size : bench.plan().sizes()) {
            boolean usual = size == bench.plan().sizes().get(0);
            for (int senders : usual ? SENDERS : List.of(USUAL, ASYNCHRONOUS)) {
                Column column = column(senders, size);
                bench.with(peer, 0, 1, List.of(column), () -> {
                    Throughput sent = bench.send(peer, senders, size);
                    bench.figures().add(column, peer.name(), sent.perSecond());
                    bench.addCosts(new Column(CLIENT, column.name()), new Column(SERVER, column.name()), peer.name(), sent);
                    if (usual && senders == USUAL) {
                        bench.rates().sent(peer.name(), sent.perSecond());
                    }
                });
            }
        }
    }
}
