package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.PeerException;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/**
 * A program with very many channels: how long a fresh process takes from the first line of its context to the last channel's listening,
 * and what it costs while all are silent.
 */
public final class Many implements Measure {

    public static final String TABLE = "Very many channels in one program, from a fresh process";
    public static final Column START = new Column(TABLE, "start, s");
    public static final Column CONNECTIONS = new Column(TABLE, "connections");
    public static final Column THREADS = new Column(TABLE, "threads");
    public static final Column HEAP = new Column(TABLE, "heap, MB");
    public static final Column IDLE_CLIENT = new Column(TABLE, "idle CPU, client, ms/s");
    public static final Column IDLE_SERVER = new Column(TABLE, "idle CPU, server, ms/s");

    @Override
    public String name() {
        return "many";
    }

    @Override
    public Family family() {
        return Family.MANY;
    }

    @Override
    public boolean everyRound() {
        return false;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        peer.end();
        long start = begin(peer);
        bench.with(peer, bench.plan().many(), 0, List.of(START, CONNECTIONS, THREADS, HEAP, IDLE_CLIENT), () -> {
            bench.figures().add(START, peer.name(), (System.nanoTime() - start) / 1e9);
            bench.figures().add(CONNECTIONS, peer.name(), bench.server().backends());
            Line memory = peer.ask(Line.of("memory"), Bench.LONGEST);
            bench.figures().add(THREADS, peer.name(), memory.number("threads"));
            bench.figures().add(HEAP, peer.name(), memory.number("heap") / 1e6);
            Idle.watch(peer, bench, IDLE_CLIENT, IDLE_SERVER);
        });
        // Nobody else needs its memory.
        peer.end();
    }

    /** Starts the process, whose own start is not measured. */
    private static long begin(PeerProcess peer) {
        try {
            peer.ask(Line.of("cpu"), Bench.LONGEST);
        } catch (PeerException e) {
            // The next command fails, too, and says why.
        }
        return System.nanoTime();
    }
}
