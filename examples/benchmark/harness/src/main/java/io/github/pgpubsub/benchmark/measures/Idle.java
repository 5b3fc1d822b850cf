package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.PeerException;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The CPU time of a program that listens to one silent channel. */
final class Idle implements Measure {

    private static final String TABLE = "Listening to a silent channel, CPU, ms/s";
    private static final Column CLIENT = new Column(TABLE, "client");
    private static final Column SERVER = new Column(TABLE, "server");

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        bench.with(peer, 1, 0, List.of(CLIENT, SERVER), () -> {
            double seconds = bench.plan().idle().toMillis() / 1e3;
            OptionalLong serverBefore = bench.server().cpuNanos();
            long before = cpu(peer);
            watch(bench);
            bench.figures().add(CLIENT, peer.name(), (cpu(peer) - before) / 1e6 / seconds);
            OptionalLong serverAfter = bench.server().cpuNanos();
            if (serverAfter.isPresent()) {
                bench.figures().add(SERVER, peer.name(), (serverAfter.getAsLong() - serverBefore.getAsLong()) / 1e6 / seconds);
            }
        });
    }

    private static long cpu(PeerProcess peer) throws PeerException {
        return peer.ask(Line.of("cpu"), Bench.LONGEST).number("cpu");
    }

    private static void watch(Bench bench) throws PeerException {
        try {
            TimeUnit.MILLISECONDS.sleep(bench.plan().idle().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PeerException.failed("interrupted", e);
        }
    }
}
