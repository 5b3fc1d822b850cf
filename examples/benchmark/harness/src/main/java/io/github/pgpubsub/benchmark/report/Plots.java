package io.github.pgpubsub.benchmark.report;

import io.github.pgpubsub.benchmark.Plan;
import io.github.pgpubsub.benchmark.measures.KeptFlow;
import io.github.pgpubsub.benchmark.measures.KeptLatency;
import io.github.pgpubsub.benchmark.measures.Latency;
import io.github.pgpubsub.benchmark.measures.Listeners;
import io.github.pgpubsub.benchmark.measures.Sending;
import io.github.pgpubsub.benchmark.peers.Participants;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the plots. A plot without figures is omitted. */
final class Plots {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;
    /** Twice the chart library's default, for sharp text. */
    private static final int DPI = 144;
    private static final int SIZE = 100;
    /** One colour per peer, distinguishable by colour-blind readers (Okabe and Ito). */
    private static final Color[] COLOURS = {
        new Color(0xD55E00), new Color(0xE69F00), new Color(0x0072B2), new Color(0x000000), new Color(0x999999),
        new Color(0x56B4E9),
        new Color(0x009E73), new Color(0xCC79A7), new Color(0xB8A800)};

    private final Plan plan;
    private final Figures figures;

    Plots(Plan plan, Figures figures) {
        this.plan = plan;
        this.figures = figures;
    }

    void write(Path folder) throws IOException {
        save(folder, "sending", sending());
        save(folder, "latency", latency());
        save(folder, "listeners", listeners());
        save(folder, "kept-flow", keptFlow());
        save(folder, "kept-latency", keptLatency());
    }

    private static void save(Path folder, String name, Chart<?, ?> chart) throws IOException {
        if (!chart.getSeriesMap().isEmpty()) {
            BitmapEncoder.saveBitmapWithDPI(chart, folder.resolve(name).toString(), BitmapFormat.PNG, DPI);
        }
    }

    private CategoryChart sending() {
        List<Column> columns = Sending.SENDERS.stream().map(senders -> Sending.column(senders, SIZE)).toList();
        List<String> names = Sending.SENDERS.stream()
                .map(senders -> senders == Sending.ASYNCHRONOUS ? "asynchronous" : senders + " blocking").toList();
        return lines("Sending, payloads of %d bytes".formatted(SIZE), "senders", "messages/s", names, columns,
                (peer, point) -> figures.median(columns.get(point), peer));
    }

    private CategoryChart latency() {
        List<Double> percentiles = List.of(1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9);
        return lines("Latency from end to end, idle: %d messages/s of %d bytes".formatted(Latency.IDLE_RATE, SIZE), "percentile",
                "ms",
                percentiles.stream().map(percentile -> "p" + Numbers.of(percentile)).toList(), List.of(Latency.idle(SIZE)),
                (peer, point) -> figures.histogram(Latency.idleDistribution(SIZE), peer)
                        .map(nanos -> nanos.getValueAtPercentile(percentiles.get(point)) / 1e6));
    }

    private CategoryChart keptFlow() {
        List<Column> columns = KeptFlow.SENDERS.stream().map(senders -> KeptFlow.column(senders, SIZE)).toList();
        List<String> names = KeptFlow.SENDERS.stream()
                .map(senders -> senders == Sending.ASYNCHRONOUS ? "asynchronous" : senders + " blocking").toList();
        return lines("Kept messages from end to end, payloads of %d bytes".formatted(SIZE), "senders", "messages/s", names,
                columns,
                (peer, point) -> figures.median(columns.get(point), peer));
    }

    private CategoryChart keptLatency() {
        List<Double> percentiles = List.of(1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0);
        return lines("Latency of kept messages, idle: %d messages/s of %d bytes".formatted(KeptLatency.IDLE_RATE, SIZE),
                "percentile",
                "ms",
                percentiles.stream().map(percentile -> "p" + Numbers.of(percentile)).toList(), List.of(KeptLatency.idle(SIZE)),
                (peer, point) -> figures.histogram(KeptLatency.distribution(SIZE), peer)
                        .map(nanos -> nanos.getValueAtPercentile(percentiles.get(point)) / 1e6));
    }

    /** A chart with a line for each peer in these columns; the points of the x axis are names. */
    private CategoryChart lines(String title, String x, String y, List<String> points, List<Column> columns,
            BiFunction<String, Integer, Optional<Double>> value) {
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(x).yAxisTitle(y)
                .build();
        style(chart.getStyler());
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setOverlapped(true);
        chart.getStyler().setYAxisLogarithmic(true);
        for (String peer : figures.peers(columns)) {
            List<Double> values = new ArrayList<>();
            for (int point = 0; point < points.size(); point++) {
                // A logarithmic axis has no zero.
                values.add(value.apply(peer, point).filter(found -> found > 0).orElse(null));
            }
            if (values.stream().anyMatch(Objects::nonNull)) {
                CategorySeries series = chart.addSeries(peer, points, values);
                Color colour = COLOURS[Math.max(0, figures.order().indexOf(peer)) % COLOURS.length];
                series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(colour);
                series.setLineColor(colour);
                series.setLineStyle(new BasicStroke(peer.startsWith(Participants.PGPUBSUB) ? 3f : 1.5f));
            }
        }
        return chart;
    }

    private XYChart listeners() {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title("Server's cost of one NOTIFY")
                .xAxisTitle("sessions that LISTEN to another channel").yAxisTitle("CPU, µs").build();
        style(chart.getStyler());
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setYAxisMin(0.0);
        List<Double> sessions = new ArrayList<>();
        List<Double> costs = new ArrayList<>();
        for (int count : plan.listeners()) {
            figures.median(Listeners.cost(count), Participants.PGJDBC).ifPresent(cost -> {
                sessions.add((double) count);
                costs.add(cost);
            });
        }
        if (!sessions.isEmpty()) {
            chart.addSeries("server", sessions, costs).setMarker(SeriesMarkers.CIRCLE);
        }
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        styler.setYAxisDecimalPattern("#,##0.###");
        styler.setAxisTitleFont(font);
        styler.setAxisTickLabelsFont(font);
        styler.setPlotGridLinesColor(new Color(0xDDDDDD));
        styler.setPlotBorderVisible(false);
        styler.setLegendPosition(LegendPosition.OutsideE);
        styler.setLegendFont(font);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartTitleFont(font.deriveFont(Font.BOLD, 14));
        styler.setChartBackgroundColor(Color.WHITE);
    }
}
