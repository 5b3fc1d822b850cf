package io.github.pgpubsub.benchmark.report;

import static io.github.pgpubsub.benchmark.peers.Participants.BATCHED;
import static io.github.pgpubsub.benchmark.peers.Participants.BY_HAND;
import static io.github.pgpubsub.benchmark.peers.Participants.DEBEZIUM;
import static io.github.pgpubsub.benchmark.peers.Participants.FOUR_MEMBERS;
import static io.github.pgpubsub.benchmark.peers.Participants.KEPT;
import static io.github.pgpubsub.benchmark.peers.Participants.KEPT_JVM_PEERS;
import static io.github.pgpubsub.benchmark.peers.Participants.ONE_MEMBER;
import static io.github.pgpubsub.benchmark.peers.Participants.PGEVENT;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC_BATCHED;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC_EAGER;
import static io.github.pgpubsub.benchmark.peers.Participants.PGPUBSUB;
import static io.github.pgpubsub.benchmark.peers.Participants.PGPUBSUB_ONE;
import static io.github.pgpubsub.benchmark.peers.Participants.SINGLE;
import static io.github.pgpubsub.benchmark.peers.Participants.WINDOWS;

import io.github.pgpubsub.benchmark.measures.Backlog;
import io.github.pgpubsub.benchmark.measures.Channels;
import io.github.pgpubsub.benchmark.measures.KeptFlow;
import io.github.pgpubsub.benchmark.measures.KeptLatency;
import io.github.pgpubsub.benchmark.measures.KeptWriters;
import io.github.pgpubsub.benchmark.measures.Latency;
import io.github.pgpubsub.benchmark.measures.Receiving;
import io.github.pgpubsub.benchmark.measures.Sending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This component's targets: ratios of medians of one run. */
final class Gates {

    private static final int SIZE = 100;

    private final Figures figures;
    private final List<Gate> gates = new ArrayList<>();

    private Gates(Figures figures) {
        this.figures = figures;
    }

    enum Verdict {
        PASS, FAIL, NOT_MEASURED
    }

    /** @param found null: not measured */
    record Gate(String text, String wanted, Double found, Verdict verdict) {}

    /** @param channels the largest number of channels in one context */
    static List<Gate> of(Figures figures, int channels) {
        Gates gates = new Gates(figures);
        gates.sending(channels);
        gates.receiving(PGPUBSUB, channels);
        gates.receiving(PGPUBSUB_ONE, channels);
        gates.kept();
        gates.batches();
        gates.members();
        return gates.gates;
    }

    private void sending(int channels) {
        Column eight = Sending.column(8, SIZE);
        Column many = Sending.column(64, SIZE);
        Column async = Sending.column(Sending.ASYNCHRONOUS, SIZE);
        atLeast(5, "sending, 8 blocking senders, to camel-pgevent", ratio(eight, PGPUBSUB, eight, PGEVENT));
        atLeast(12, "sending, 64 blocking senders, to camel-pgevent", ratio(many, PGPUBSUB, many, PGEVENT));
        atLeast(60, "sending, asynchronously, to camel-pgevent with 8 blocking senders", ratio(async, PGPUBSUB, eight, PGEVENT));
        atLeast(0.7, "sending, asynchronously, to the driver with 256 to a commit",
                ratio(async, PGPUBSUB, async, PGJDBC_BATCHED));
        atLeast(0.8, "sending, asynchronously, %,d channels to one".formatted(channels),
                ratio(Channels.sending(channels), PGPUBSUB, Channels.sending(1), PGPUBSUB));
    }

    private void receiving(String who, int channels) {
        String name = who + ": ";
        Column received = Receiving.column(SIZE);
        atLeast(0.7, name + "receiving into a route, to the plain driver loop", ratio(received, who, received, PGJDBC));
        Column idle = Latency.idle(SIZE);
        atMost(0.2, name + "idle latency p50, to the plain driver loop", ratio(idle, who, idle, PGJDBC));
        atMost(1.5, name + "idle latency p50, to the driver loop with an eager socket", ratio(idle, who, idle, PGJDBC_EAGER));
        atMost(1, name + "idle latency p50, to camel-pgevent", ratio(idle, who, idle, PGEVENT));
        atMost(1, name + "listening connections, %,d channels".formatted(channels),
                figures.median(Channels.backends(channels), who));
        atLeast(0.8, name + "receiving, %,d channels to one".formatted(channels),
                ratio(Channels.receiving(channels), who, Channels.receiving(1), who));
    }

    private void kept() {
        Optional<Double> flow = figures.median(KeptFlow.column(Sending.ASYNCHRONOUS, SIZE), KEPT);
        atLeast(0.8, KEPT + ": end to end, to plain JDBC with the same windows", divide(flow, bestFlow(List.of(WINDOWS))));
        atLeast(10, KEPT + ": end to end, to the best peer of the JVM that has a sender", divide(flow, bestFlow(KEPT_JVM_PEERS)));
        atLeast(1, KEPT + ": end to end, to Debezium with rows in batches by plain JDBC",
                divide(flow, bestFlow(List.of(DEBEZIUM))));
        Column idle = KeptLatency.idle(SIZE);
        atMost(1.5, KEPT + ": idle latency p50, to insert, commit, wake-up and one query by hand",
                ratio(idle, KEPT, idle, BY_HAND));
        Column written = KeptWriters.rate();
        atLeast(0.9, KEPT + ": 16 writers with a wake-up, to the same without one",
                ratio(written, KeptWriters.WOKEN, written, KeptWriters.UNWOKEN));
        atLeast(0.85, KEPT + ": 16 writers, a watched table to a trigger by hand that writes the same into the log",
                ratio(written, KeptWriters.WATCHED, written, KeptWriters.BY_HAND));
    }

    private void batches() {
        atLeast(3, "receiving a backlog, batches of 100 to an exchange for each message",
                ratio(Backlog.BATCHES.rate(), BATCHED, Backlog.BATCHES.rate(), SINGLE));
    }

    private void members() {
        atLeast(2.5, "receiving a backlog into a route of 1 ms, four members to one",
                ratio(Backlog.MEMBERS.rate(), FOUR_MEMBERS, Backlog.MEMBERS.rate(), ONE_MEMBER));
    }

    /** Each in its own best way of sending. */
    private Optional<Double> bestFlow(List<String> peers) {
        return peers.stream()
                .flatMap(peer -> KeptFlow.SENDERS.stream()
                        .flatMap(senders -> figures.median(KeptFlow.column(senders, SIZE), peer).stream()))
                .max(Double::compare);
    }

    private static Optional<Double> divide(Optional<Double> mine, Optional<Double> theirs) {
        return mine.flatMap(value -> theirs.map(other -> value / other));
    }

    private Optional<Double> ratio(Column column, String peer, Column otherColumn, String other) {
        return figures.median(column, peer).flatMap(mine -> figures.median(otherColumn, other).map(theirs -> mine / theirs));
    }

    private void atLeast(double wanted, String text, Optional<Double> found) {
        add(text, "≥ " + Numbers.of(wanted), found, found.map(value -> value >= wanted));
    }

    private void atMost(double wanted, String text, Optional<Double> found) {
        add(text, "≤ " + Numbers.of(wanted), found, found.map(value -> value <= wanted));
    }

    private void add(String text, String wanted, Optional<Double> found, Optional<Boolean> reached) {
        Verdict verdict = reached.map(yes -> yes ? Verdict.PASS : Verdict.FAIL).orElse(Verdict.NOT_MEASURED);
        gates.add(new Gate(text, wanted, found.orElse(null), verdict));
    }
}
