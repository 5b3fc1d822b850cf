package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The server's cost of one NOTIFY while other sessions LISTEN to silent channels: before PostgreSQL 19, each NOTIFY wakes all of
 * them. The plain driver sends, because only the server is measured here.
 */
public final class Listeners implements Measure {

    public static final String TABLE = "One NOTIFY, by listening sessions of the database";

    private static final int SIZE = 100;

    public static Column cost(int sessions) {
        return new Column(TABLE, "server CPU, µs, %d".formatted(sessions));
    }

    @Override
    public String name() {
        return "listeners";
    }

    @Override
    public List<PeerProcess> whom(List<PeerProcess> all) {
        return all.stream().filter(peer -> peer.name().equals(Participants.PGJDBC)).toList();
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (int sessions : bench.plan().listeners()) {
            Column rate = new Column(TABLE, "messages/s, one sender, %d".formatted(sessions));
            List<Connection> listening = new ArrayList<>();
            bench.with(peer, 0, 1, List.of(rate, cost(sessions)), () -> {
                try {
                    listen(bench, sessions, listening);
                    Throughput sent = bench.send(peer, 1, SIZE);
                    bench.figures().add(rate, peer.name(), sent.perSecond());
                    sent.serverCpu().ifPresent(nanos -> bench.figures().add(cost(sessions), peer.name(),
                            nanos / 1e3 / Math.max(1, sent.messages())));
                } finally {
                    for (Connection each : listening) {
                        each.close();
                    }
                }
            });
        }
    }

    private static void listen(Bench bench, int sessions, List<Connection> listening) throws SQLException {
        for (int i = 0; i < sessions; i++) {
            Connection connection = bench.server().connect();
            listening.add(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute("listen silent_" + i);
            }
        }
    }
}
