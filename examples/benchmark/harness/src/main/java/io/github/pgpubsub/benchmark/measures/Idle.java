package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.PeerException;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The CPU time of a program that listens to one silent channel. */
public final class Idle implements Measure {

    private static final String TABLE = "Listening to a silent channel, CPU, ms/s";
    private static final Column CLIENT = new Column(TABLE, "client");
    private static final Column SERVER = new Column(TABLE, "server");
    private static final int SETTLING = 2;
    /** CPU time comes in steps of 10 ms. */
    private static final int WATCHED = 2;

    public static Column client() {
        return CLIENT;
    }

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        bench.with(peer, 1, 0, List.of(CLIENT, SERVER), () -> watch(peer, bench, CLIENT, SERVER));
    }

    /** Adds the CPU time of a peer that has nothing to do, and that of the server. */
    static void watch(PeerProcess peer, Bench bench, Column client, Column server) throws PeerException {
        // What has just been busy may look around more often for a second.
        pass(bench.plan().idle().multipliedBy(SETTLING));
        double seconds = bench.plan().idle().toMillis() * WATCHED / 1e3;
        OptionalLong serverBefore = bench.server().cpuNanos();
        long before = cpu(peer);
        pass(bench.plan().idle().multipliedBy(WATCHED));
        bench.figures().add(client, peer.name(), (cpu(peer) - before) / 1e6 / seconds);
        OptionalLong serverAfter = bench.server().cpuNanos();
        if (serverAfter.isPresent()) {
            bench.figures().add(server, peer.name(), (serverAfter.getAsLong() - serverBefore.getAsLong()) / 1e6 / seconds);
        }
    }

    private static long cpu(PeerProcess peer) throws PeerException {
        return peer.ask(Line.of("cpu"), Bench.LONGEST).number("cpu");
    }

    private static void pass(Duration time) throws PeerException {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PeerException.failed("interrupted", e);
        }
    }
}
