package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Histograms;
import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** From the time at which a kept message was to be sent to its arrival in the same process, while there is little to do. */
public final class KeptLatency implements Measure {

    /** So few that a reader sleeps between two messages. */
    public static final int IDLE_RATE = 50;

    private static final String TABLE = "Kept: latency, idle, %d/s, ms".formatted(IDLE_RATE);
    private static final Map<String, Double> PERCENTILES = new TreeMap<>(Map.of("p50", 50.0, "p90", 90.0, "p99", 99.0));
    private static final int SIZE = 100;
    /** There are few messages a second, and percentiles want many. */
    private static final int LONGER = 10;

    public static Column idle(int size) {
        return column("p50", size);
    }

    /** Where the whole distribution is. */
    public static Column distribution(int size) {
        return new Column(TABLE, size + " B");
    }

    private static Column column(String percentile, int size) {
        return new Column(TABLE, "%s, %d B".formatted(percentile, size));
    }

    @Override
    public String name() {
        return "kept-latency";
    }

    @Override
    public Family family() {
        return Family.KEPT;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        List<Column> columns = PERCENTILES.keySet().stream().map(percentile -> column(percentile, SIZE)).toList();
        bench.withLog(peer, 1, 1, columns, () -> {
            Line answer = peer.ask(Line.of("latency").with("rate", IDLE_RATE).with("senders", 1)
                    .with("millis", bench.plan().pace().toMillis() * LONGER).with("size", SIZE), Bench.LONGEST);
            Histogram nanos = Histograms.fromText(answer.text("histogram"));
            PERCENTILES.forEach((name, percentile) -> bench.figures().add(column(name, SIZE), peer.name(),
                    nanos.getValueAtPercentile(percentile) / 1e6));
            bench.figures().add(distribution(SIZE), peer.name(), nanos);
        });
    }
}
