package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.PeerException;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** The connections, memory, threads and speed of one program that listens to many channels. */
public final class Channels implements Measure {

    public static final String TABLE = "Many channels in one program";

    private static final int SIZE = 100;

    public static Column backends(int channels) {
        return column("connections", channels);
    }

    public static Column receiving(int channels) {
        return column("received/s", channels);
    }

    public static Column clientCpu(int channels) {
        return column("client CPU of receiving, µs/message", channels);
    }

    public static Column sending(int channels) {
        return column("sent/s, async", channels);
    }

    public static Column threads(int channels) {
        return column("threads", channels);
    }

    private static Column column(String what, int channels) {
        return new Column(TABLE, "%s, %,d".formatted(what, channels));
    }

    @Override
    public String name() {
        return "channels";
    }

    /** Also the limit of single listeners. */
    @Override
    public List<PeerProcess> whom(List<PeerProcess> all) {
        return all.stream().filter(peer -> peer.family() == family()).toList();
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        long heapOfOne = 0;
        for (int channels : bench.plan().channels()) {
            heapOfOne = listen(peer, bench, channels, heapOfOne);
            bench.with(peer, 0, channels, List.of(sending(channels)), () -> bench.figures().add(sending(channels), peer.name(),
                    bench.send(peer, Sending.ASYNCHRONOUS, SIZE).perSecond()));
        }
    }

    /** Returns the heap with the smallest number of channels, to which the larger numbers are compared. */
    private static long listen(PeerProcess peer, Bench bench, int channels, long heapBefore) throws SQLException {
        long[] heap = {heapBefore};
        List<Column> columns = List.of(backends(channels), threads(channels), receiving(channels), clientCpu(channels));
        bench.with(peer, channels, 0, columns, () -> {
            bench.figures().add(backends(channels), peer.name(), bench.server().backends());
            heap[0] = memory(peer, bench, channels, heapBefore);
            Bench.Throughput received = bench.receive(peer, channels, SIZE);
            bench.figures().add(receiving(channels), peer.name(), received.perSecond());
            bench.figures().add(clientCpu(channels), peer.name(), received.clientMicros());
        });
        return heap[0];
    }

    private static long memory(PeerProcess peer, Bench bench, int channels, long heapOfOne) throws PeerException {
        Line memory = peer.ask(Line.of("memory"), Bench.LONGEST);
        bench.figures().add(threads(channels), peer.name(), memory.number("threads"));
        if (channels == 1) {
            return memory.number("heap");
        }
        if (heapOfOne > 0) {
            double bytes = (memory.number("heap") - heapOfOne) / (channels - 1.0);
            bench.figures().add(column("heap, kB/channel", channels), peer.name(), bytes / 1000);
        }
        return heapOfOne;
    }
}
