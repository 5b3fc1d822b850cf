package io.github.pgpubsub.benchmark.report;

import static io.github.pgpubsub.benchmark.peers.Participants.BATCHED;
import static io.github.pgpubsub.benchmark.peers.Participants.BY_HAND;
import static io.github.pgpubsub.benchmark.peers.Participants.CAMEL_BY_HAND;
import static io.github.pgpubsub.benchmark.peers.Participants.DEBEZIUM;
import static io.github.pgpubsub.benchmark.peers.Participants.EACH_ROUTE;
import static io.github.pgpubsub.benchmark.peers.Participants.EMPTY_ROUTE;
import static io.github.pgpubsub.benchmark.peers.Participants.EMPTY_ROUTE_MANAGED;
import static io.github.pgpubsub.benchmark.peers.Participants.FOUR_MEMBERS;
import static io.github.pgpubsub.benchmark.peers.Participants.IMQUEUE;
import static io.github.pgpubsub.benchmark.peers.Participants.KEPT;
import static io.github.pgpubsub.benchmark.peers.Participants.KEPT_JVM_PEERS;
import static io.github.pgpubsub.benchmark.peers.Participants.LOOP_ROUTE;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY_EMPTY;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY_LOOP;
import static io.github.pgpubsub.benchmark.peers.Participants.MANY_ONE;
import static io.github.pgpubsub.benchmark.peers.Participants.ONE_MEMBER;
import static io.github.pgpubsub.benchmark.peers.Participants.PGEVENT;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC_EAGER;
import static io.github.pgpubsub.benchmark.peers.Participants.PGJDBC_MORE;
import static io.github.pgpubsub.benchmark.peers.Participants.PGPUBSUB;
import static io.github.pgpubsub.benchmark.peers.Participants.PGPUBSUB_ONE;
import static io.github.pgpubsub.benchmark.peers.Participants.ROUTE;
import static io.github.pgpubsub.benchmark.peers.Participants.ROUTE_MANAGED;
import static io.github.pgpubsub.benchmark.peers.Participants.ROUTE_ONE;
import static io.github.pgpubsub.benchmark.peers.Participants.SINGLE;
import static io.github.pgpubsub.benchmark.peers.Participants.SPRING;
import static io.github.pgpubsub.benchmark.peers.Participants.VERTX;
import static io.github.pgpubsub.benchmark.peers.Participants.WINDOWS;

import io.github.pgpubsub.benchmark.measures.Backlog;
import io.github.pgpubsub.benchmark.measures.Channels;
import io.github.pgpubsub.benchmark.measures.KeptFlow;
import io.github.pgpubsub.benchmark.measures.KeptLatency;
import io.github.pgpubsub.benchmark.measures.KeptWriters;
import io.github.pgpubsub.benchmark.measures.Latency;
import io.github.pgpubsub.benchmark.measures.Many;
import io.github.pgpubsub.benchmark.measures.Sending;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** This component's targets. A ratio is computed for each round, of two values of this round; an {@link Interval} judges the rounds. */
final class Gates {

    private static final int SIZE = 100;
    private static final int THREADS = 30;
    private static final int START_SECONDS = 10;

    private final Figures figures;
    private final List<Gate> gates = new ArrayList<>();

    private Gates(Figures figures) {
        this.figures = figures;
    }

    enum Verdict {
        /** The whole interval is on the right side of the target. */
        PASS,
        /** The whole interval is on the wrong side. */
        FAIL,
        /** The target is within the interval, or there are too few rounds for one. */
        UNDECIDED, NOT_MEASURED,
        /** There is no target: the figure explains another one. */
        NONE
    }

    /** @param found null: not measured */
    record Gate(String text, String wanted, Interval found, Verdict verdict) {}

    /** Those of plain channels. */
    static List<Gate> plain(Figures figures, int channels) {
        Gates gates = new Gates(figures);
        gates.sending();
        gates.latency();
        gates.receiving();
        gates.channels(channels);
        gates.singleListener(channels);
        return gates.gates;
    }

    /** Those of kept messages. */
    static List<Gate> kept(Figures figures) {
        Gates gates = new Gates(figures);
        gates.kept();
        return gates.gates;
    }

    /** Those of many writers, of batches, and of several members. */
    static List<Gate> scale(Figures figures) {
        Gates gates = new Gates(figures);
        gates.writers();
        gates.batches();
        gates.members();
        return gates.gates;
    }

    static boolean isAnyMeasured(List<Gate> gates) {
        return gates.stream().anyMatch(gate -> gate.found() != null);
    }

    private void sending() {
        Column one = Sending.column(1, SIZE);
        Column eight = Sending.column(8, SIZE);
        for (String loop : List.of(PGJDBC, PGJDBC_EAGER)) {
            atLeast(0.95, "sending, one blocking sender, to " + loop, ratio(one, PGPUBSUB, loop));
        }
        limit("one blocking sender", one, PGJDBC_EAGER);
        explain("sending, one blocking sender, to " + CAMEL_BY_HAND, ratio(one, PGPUBSUB, CAMEL_BY_HAND));
        for (String loop : List.of(PGJDBC, PGJDBC_EAGER)) {
            atLeast(1.2, "sending, 8 blocking senders, to %s with 8 connections".formatted(loop), ratio(eight, PGPUBSUB, loop));
        }
        limit("8 blocking senders", eight, PGJDBC_EAGER);
    }

    private void latency() {
        Column idle = Latency.idle(SIZE);
        for (String who : List.of(PGPUBSUB, PGPUBSUB_ONE)) {
            atMost(1.1, "idle latency p50, %s, to %s".formatted(who, PGJDBC_EAGER), ratio(idle, who, PGJDBC_EAGER));
        }
        limit("idle latency", idle, PGJDBC_EAGER);
        for (String peer : List.of(PGEVENT, SPRING, VERTX, IMQUEUE)) {
            atMost(1, "idle latency p50, to " + peer, ratio(idle, PGPUBSUB, peer));
        }
        // The peer that may be below the floor of the JVM.
        explain("the limit, idle latency: %s, to %s".formatted(PGJDBC_EAGER, IMQUEUE), ratio(idle, PGJDBC_EAGER, IMQUEUE));
        limit("idle latency", idle, IMQUEUE);
    }

    private void receiving() {
        Column rate = Backlog.ROUTES.rate();
        atLeast(0.9, "receiving one channel into a route, to " + EMPTY_ROUTE, ratio(rate, ROUTE, EMPTY_ROUTE));
        atLeast(0.9, "receiving one channel into a route, single listener, to " + EMPTY_ROUTE,
                ratio(rate, ROUTE_ONE, EMPTY_ROUTE));
        explain("the limit: %s, to %s".formatted(LOOP_ROUTE, EMPTY_ROUTE), ratio(rate, LOOP_ROUTE, EMPTY_ROUTE));
        explain("the limit: %s, to %s".formatted(EACH_ROUTE, EMPTY_ROUTE), ratio(rate, EACH_ROUTE, EMPTY_ROUTE));
        for (String by : List.of(LOOP_ROUTE, EACH_ROUTE)) {
            explain("receiving one channel into a route, to " + by, ratio(rate, ROUTE, by));
            explain("receiving one channel into a route, single listener, to " + by, ratio(rate, ROUTE_ONE, by));
        }
        explain("with camel-management on the class path, to without", ratio(rate, ROUTE_MANAGED, ROUTE));
        explain("the limit: %s, to without".formatted(EMPTY_ROUTE_MANAGED), ratio(rate, EMPTY_ROUTE_MANAGED, EMPTY_ROUTE));
        Rounds cost = figures.rounds(Backlog.ROUTES.clientCpu(), ROUTE);
        explain("what the component adds to Camel's own cost of an exchange, the driver's reading included, CPU, µs",
                cost.less(figures.rounds(Backlog.ROUTES.clientCpu(), EMPTY_ROUTE)));
        for (String by : List.of(LOOP_ROUTE, EACH_ROUTE)) {
            explain("what it adds to %s, CPU, µs".formatted(by), cost.less(figures.rounds(Backlog.ROUTES.clientCpu(), by)));
        }
    }

    private void channels(int channels) {
        Column received = Channels.receiving(channels);
        for (String who : List.of(PGPUBSUB, PGPUBSUB_ONE)) {
            atLeast(0.9, "receiving %,d channels, %s, to %s".formatted(channels, who, PGJDBC), ratio(received, who, PGJDBC));
        }
        limit("%,d channels".formatted(channels), received, PGJDBC);
        for (String who : List.of(PGPUBSUB, PGPUBSUB_ONE)) {
            explain("receiving %,d channels, %s, to %s".formatted(channels, who, CAMEL_BY_HAND),
                    ratio(received, who, CAMEL_BY_HAND));
        }
        for (String who : List.of(PGPUBSUB, PGPUBSUB_ONE)) {
            atMost(THREADS, "threads of the JVM, %,d quiet consumers, %s".formatted(channels, who),
                    figures.rounds(Channels.threads(channels), who));
        }
        for (String who : List.of(MANY, MANY_ONE)) {
            atMost(START_SECONDS, who + ": starts within, s", figures.rounds(Many.START, who));
            atMost(1, who + ": listening connections", figures.rounds(Many.CONNECTIONS, who));
        }
        Rounds empty = figures.rounds(Many.START, MANY_EMPTY);
        explain("the limit: %s, start, s".formatted(MANY_EMPTY), empty);
        explain("the limit: %s, start, s".formatted(MANY_LOOP), figures.rounds(Many.START, MANY_LOOP));
        for (String who : List.of(MANY, MANY_ONE)) {
            explain("%s: start beyond Camel's own, s".formatted(who), figures.rounds(Many.START, who).less(empty));
        }
    }

    private void singleListener(int channels) {
        // The same code sends, so what differs here is noise; together the ways of sending have less of it than each alone.
        atLeast(0.95, "single listener to not, sending: mean of %d ways".formatted(Sending.SENDERS.size()),
                Rounds.mean(Sending.SENDERS.stream().map(senders -> ratio(Sending.column(senders, SIZE), PGPUBSUB_ONE, PGPUBSUB))
                        .toList()));
        atLeast(0.95, "single listener to not, receiving one channel", ratio(Backlog.ROUTES.rate(), ROUTE_ONE, ROUTE));
        atLeast(0.95, "single listener to not, receiving %,d channels".formatted(channels),
                ratio(Channels.receiving(channels), PGPUBSUB_ONE, PGPUBSUB));
        explain("what a group adds to a message of %,d channels, CPU, µs".formatted(channels),
                figures.rounds(Channels.clientCpu(channels), PGPUBSUB_ONE)
                        .less(figures.rounds(Channels.clientCpu(channels), PGPUBSUB)));
        explain("the limit, single listeners: %s, to %s".formatted(PGJDBC_MORE, PGJDBC),
                ratio(Channels.receiving(channels), PGJDBC_MORE, PGJDBC));
    }

    private void kept() {
        Rounds flow = figures.rounds(KeptFlow.column(Sending.ASYNCHRONOUS, SIZE), KEPT);
        atLeast(0.8, KEPT + ": end to end, to plain JDBC with the same windows", flow.to(bestFlow(List.of(WINDOWS))));
        atLeast(10, KEPT + ": end to end, to the best peer of the JVM that has a sender", flow.to(bestFlow(KEPT_JVM_PEERS)));
        atLeast(1, KEPT + ": end to end, to Debezium with rows in batches by plain JDBC", flow.to(bestFlow(List.of(DEBEZIUM))));
        atMost(1.5, KEPT + ": idle latency p50, to insert, commit, wake-up and one query by hand",
                ratio(KeptLatency.idle(SIZE), KEPT, BY_HAND));
    }

    private void writers() {
        Column written = KeptWriters.rate();
        atLeast(0.9, KEPT + ": 16 writers with a wake-up, to the same without one",
                ratio(written, KeptWriters.WOKEN, KeptWriters.UNWOKEN));
        atLeast(0.85, KEPT + ": 16 writers, a watched table to a trigger by hand that writes the same into the log",
                ratio(written, KeptWriters.WATCHED, KeptWriters.BY_HAND));
    }

    private void batches() {
        atLeast(3, "receiving a backlog, batches of 100 to an exchange for each message",
                ratio(Backlog.BATCHES.rate(), BATCHED, SINGLE));
    }

    private void members() {
        atLeast(2.5, "receiving a backlog into a route of 1 ms, four members to one",
                ratio(Backlog.MEMBERS.rate(), FOUR_MEMBERS, ONE_MEMBER));
    }

    /** The peer, and its way of sending, that is the fastest by its median. */
    private Rounds bestFlow(List<String> peers) {
        return peers.stream()
                .flatMap(peer -> KeptFlow.SENDERS.stream().map(senders -> figures.rounds(KeptFlow.column(senders, SIZE), peer)))
                .filter(rounds -> !rounds.values().isEmpty())
                .max(Comparator.comparingDouble(Rounds::median)).orElse(Rounds.NONE);
    }

    /** What a component of Camel can reach at best: a template and routes with nothing but the driver's loop between. */
    private void limit(String what, Column column, String loop) {
        explain("the limit, %s: %s, to %s".formatted(what, CAMEL_BY_HAND, loop), ratio(column, CAMEL_BY_HAND, loop));
    }

    private Rounds ratio(Column column, String peer, String other) {
        return figures.rounds(column, peer).to(figures.rounds(column, other));
    }

    private void atLeast(double wanted, String text, Rounds found) {
        Interval interval = found.interval().orElse(null);
        add(text, "≥ " + Numbers.of(wanted), interval,
                interval != null && interval.low() >= wanted, interval != null && interval.high() < wanted);
    }

    private void atMost(double wanted, String text, Rounds found) {
        Interval interval = found.interval().orElse(null);
        add(text, "≤ " + Numbers.of(wanted), interval,
                interval != null && interval.high() <= wanted, interval != null && interval.low() > wanted);
    }

    private void add(String text, String wanted, Interval found, boolean reached, boolean missed) {
        Verdict verdict = found == null ? Verdict.NOT_MEASURED
                : found.isWide() ? Verdict.UNDECIDED : reached ? Verdict.PASS : missed ? Verdict.FAIL : Verdict.UNDECIDED;
        gates.add(new Gate(text, wanted, found, verdict));
    }

    private void explain(String text, Rounds found) {
        Interval interval = found.interval().orElse(null);
        gates.add(new Gate(text, "–", interval, interval == null ? Verdict.NOT_MEASURED : Verdict.NONE));
    }
}
