package io.github.pgpubsub.benchmark.report;

import static io.github.pgpubsub.benchmark.peers.Participants.IMQUEUE;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY_LOOP;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY_ONE;
import static io.github.pgpubsub.benchmark.peers.Participants.PGEVENT;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC_BATCHED;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC_EAGER;
import static io.github.pgpubsub.benchmark.peers.Participants.PGPUBSUB;
import static io.github.pgpubsub.benchmark.peers.Participants.PGPUBSUB_ONE;
import static io.github.pgpubsub.benchmark.peers.Participants.SPRING;
import static io.github.pgpubsub.benchmark.peers.Participants.VERTX;

import io.github.pgpubsub.benchmark.Plan;
import io.github.pgpubsub.benchmark.measures.Backlog;
import io.github.pgpubsub.benchmark.measures.Channels;
import io.github.pgpubsub.benchmark.measures.Idle;
import io.github.pgpubsub.benchmark.measures.KeptFlow;
import io.github.pgpubsub.benchmark.measures.KeptLatency;
import io.github.pgpubsub.benchmark.measures.KeptSending;
import io.github.pgpubsub.benchmark.measures.Latency;
import io.github.pgpubsub.benchmark.measures.Many;
import io.github.pgpubsub.benchmark.measures.Receiving;
import io.github.pgpubsub.benchmark.measures.Sending;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a user gets out of it: a line for each kind of program. */
final class InShort {

    static final List<String> HEADER = List.of("a program that …", "camel-pgpubsub, default", "`singleListener=false`",
            "the driver by hand", "the best other library");

    private static final int SIZE = 100;
    private static final List<String> LIBRARIES = List.of(PGEVENT, SPRING, VERTX, IMQUEUE);
    private static final List<String> LOOPS = List.of(PGJDBC, PGJDBC_EAGER, PGJDBC_BATCHED, MANY_LOOP);

    private final Figures figures;
    private final List<List<String>> rows = new ArrayList<>();

    private InShort(Figures figures) {
        this.figures = figures;
    }

    static List<List<String>> rows(Figures figures, Plan plan) {
        int channels = Collections.max(plan.channels());
        InShort table = new InShort(figures);
        table.most("sends and waits for each commit, in one thread", Sending.column(1, SIZE));
        table.most("sends and waits, in 8 threads", Sending.column(8, SIZE));
        table.most("sends and waits, in 64 threads, as a web application", Sending.column(64, SIZE));
        table.most("sends and does not wait", Sending.column(Sending.ASYNCHRONOUS, SIZE));
        table.most("receives one channel", Receiving.column(SIZE));
        table.most("receives %,d channels".formatted(channels), Channels.receiving(channels));
        table.least("notices a message after (half of all, %d a second)".formatted(Latency.IDLE_RATE), Latency.idle(SIZE), " ms");
        table.least("costs the server, for each message of 8 threads that wait", Sending.serverCpu(8, SIZE), " µs");
        table.least("listens to one silent channel: CPU each second", Idle.client(), " ms");
        table.least("listens to %,d channels: threads".formatted(channels), Channels.threads(channels), "");
        table.least("listens to %,d channels: connections".formatted(channels), Channels.backends(channels), "");
        String many = "has %,d channels: ".formatted(plan.many());
        table.row(many + "starts in", Many.START, MANY_ONE, MANY, " s", Comparator.reverseOrder());
        table.row(many + "connections", Many.CONNECTIONS, MANY_ONE, MANY, "", Comparator.reverseOrder());
        table.row(many + "threads", Many.THREADS, MANY_ONE, MANY, "", Comparator.reverseOrder());
        table.row(many + "heap", Many.HEAP, MANY_ONE, MANY, " MB", Comparator.reverseOrder());
        table.row(many + "CPU each second, all silent", Many.IDLE_CLIENT, MANY_ONE, MANY, " ms", Comparator.reverseOrder());
        return table.rows;
    }

    static final List<String> KEPT_HEADER = List.of("", "sends, 64 that wait", "sends, asynchronously", "receives a backlog",
            "end to end, 64 that wait", "end to end, asynchronously", "idle, p50");

    /** Kept messages: a line for each peer. */
    static List<List<String>> keptRows(Figures figures) {
        Column idle = KeptLatency.idle(SIZE);
        List<Column> rates = List.of(KeptSending.column(64, SIZE), KeptSending.column(Sending.ASYNCHRONOUS, SIZE),
                Backlog.KEPT.rate(), KeptFlow.column(64, SIZE), KeptFlow.column(Sending.ASYNCHRONOUS, SIZE));
        return figures.peers(Stream.concat(rates.stream(), Stream.of(idle)).toList()).stream()
                .map(peer -> Stream.of(Stream.of(peer), rates.stream().map(rate -> cell(figures.median(rate, peer), "/s")),
                        Stream.of(cell(figures.median(idle, peer), " ms"))).flatMap(cells -> cells).toList())
                .toList();
    }

    private void most(String text, Column column) {
        row(text, column, PGPUBSUB_ONE, PGPUBSUB, "/s", Comparator.naturalOrder());
    }

    private void least(String text, Column column, String unit) {
        row(text, column, PGPUBSUB_ONE, PGPUBSUB, unit, Comparator.reverseOrder());
    }

    private void row(String text, Column column, String standard, String all, String unit, Comparator<Double> better) {
        rows.add(List.of(text, cell(figures.median(column, standard), unit), cell(figures.median(column, all), unit),
                cell(best(column, LOOPS, better).flatMap(peer -> figures.median(column, peer)), unit),
                best(column, LIBRARIES, better).map(peer -> cell(figures.median(column, peer), unit) + ", " + peer).orElse("–")));
    }

    private Optional<String> best(Column column, List<String> peers, Comparator<Double> better) {
        return peers.stream().filter(peer -> figures.median(column, peer).isPresent())
                .max(Comparator.comparing(peer -> figures.median(column, peer).orElseThrow(), better));
    }

    private static String cell(Optional<Double> median, String unit) {
        return median.map(value -> Numbers.of(value) + unit).orElse("–");
    }
}
