package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Histograms;
import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.PeerException;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import io.github.pgpubsub.benchmark.report.Figures;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * The time from a message's planned sending to its arrival in the same process. Idle: few messages, one sender. Under load: the
 * same rate for every peer, and half of the rate that the peer itself has just reached with the same number of blocking senders.
 */
public final class Latency implements Measure {

    public static final int IDLE_RATE = 200;
    private static final int COMMON_RATE = 2000;

    private static final Map<String, Double> PERCENTILES = new TreeMap<>(Map.of("p50", 50.0, "p99", 99.0, "p99.9", 99.9));

    private static final Figures.Absence RATE_UNKNOWN = new Figures.Absence(true, "its sending rate was not measured");

    private record Load(String name, long rate, int senders) {}

    public static Column idle(int size) {
        return column(idleLoad(), size, "p50");
    }

    /** The column of the whole distribution. */
    public static Column idleDistribution(int size) {
        return new Column(table(idleLoad()), size + " B");
    }

    private static Load idleLoad() {
        return new Load("idle, %d/s".formatted(IDLE_RATE), IDLE_RATE, 1);
    }

    private static String table(Load load) {
        return "Latency, %s, ms".formatted(load.name);
    }

    private static Column column(Load load, int size, String percentile) {
        return new Column(table(load), "%s, %d B".formatted(percentile, size));
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public int warmUps() {
        return 1;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (int size : bench.plan().sizes()) {
            ask(peer, bench, idleLoad(), size);
        }
        int size = bench.plan().sizes().get(0);
        ask(peer, bench, new Load("%d/s".formatted(COMMON_RATE), COMMON_RATE, Sending.USUAL), size);
        Optional<Double> rate = bench.rates().sending(peer.name());
        if (rate.isPresent()) {
            ask(peer, bench, halfLoad((long) (rate.get() / 2)), size);
        } else {
            columns(halfLoad(0), size).forEach(column -> bench.figures().absent(column, peer.name(), RATE_UNKNOWN));
        }
    }

    private static Load halfLoad(long rate) {
        return new Load("half of its own rate with %d senders".formatted(Sending.USUAL), rate, Sending.USUAL);
    }

    private static void ask(PeerProcess peer, Bench bench, Load load, int size) throws SQLException {
        bench.with(peer, 1, 1, columns(load, size), () -> measure(peer, bench, load, size));
    }

    private static List<Column> columns(Load load, int size) {
        return PERCENTILES.keySet().stream().map(percentile -> column(load, size, percentile)).toList();
    }

    private static void measure(PeerProcess peer, Bench bench, Load load, int size) throws PeerException {
        Line answer = peer.ask(Line.of("latency").with("rate", load.rate).with("senders", load.senders)
                .with("millis", bench.plan().pace().toMillis()).with("size", size), Bench.LONGEST);
        Histogram nanos = Histograms.fromText(answer.text("histogram"));
        PERCENTILES.forEach((name, percentile) -> bench.figures().add(column(load, size, name), peer.name(),
                nanos.getValueAtPercentile(percentile) / 1e6));
        bench.figures().add(new Column(table(load), size + " B"), peer.name(), nanos);
    }
}
