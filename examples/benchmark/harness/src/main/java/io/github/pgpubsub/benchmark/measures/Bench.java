package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.Plan;
import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.PeerException;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import io.github.pgpubsub.benchmark.report.Figures;
import io.github.pgpubsub.benchmark.server.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * The environment of a measure.
 *
 * @param rates   rates of the peers so far, the warm-up included; they decide the size of the next backlog and the next load
 * @param figures figures of this round and of earlier rounds
 */
public record Bench(PostgresServer server, Plan plan, Rates rates, Figures figures) {

    static final Duration LONGEST = Duration.ofSeconds(60);
    /** For opening and closing links: Camel needs a minute for 10,000 routes on a slow machine. */
    private static final Duration LONGEST_OPENING = Duration.ofMinutes(4);
    private static final int FIRST = 100;
    /** Maximum attempts: if a peer receives a backlog much too quickly, the next backlog is larger. */
    private static final int BACKLOGS = 3;
    /** Minimum measured time: the receiver may have begun before the sender knew of the commit. */
    private static final long CLOCK_NANOS = 1_000_000;
    private static final Duration QUIET = Duration.ofSeconds(5);

    /** The same environment, with the longer times of kept messages. */
    public Bench forKept() {
        return new Bench(server, plan.forKept(), rates, figures);
    }

    /** As {@link #with(PeerProcess, int, int, List, Question)}, with an empty log of kept messages. */
    void withLog(PeerProcess peer, int listen, int send, List<Column> columns, Question question) throws SQLException {
        server.makeLog();
        with(peer, listen, send, columns, question);
    }

    /** Lets a peer send messages that it receives itself, as many as it can in the planned time; 0 senders: asynchronously. */
    Throughput flow(PeerProcess peer, int senders, int size) throws PeerException {
        String way = "%s, flow of %d".formatted(peer.name(), senders);
        Throughput flown;
        int tries = 0;
        do {
            int count = rates.backlog(way, plan.send(), size);
            OptionalLong cpu = server.cpuNanos();
            Line answer = peer.ask(Line.of("flow").with("count", count).with("senders", senders).with("size", size)
                    .with("millis", LONGEST.toMillis() / 2), LONGEST);
            flown = new Throughput(answer.number("received"), answer.number("nanos"), answer.number("cpu"), serverCpuSince(cpu));
            rates.received(way, flown.perSecond());
            tries++;
        } while (tries < BACKLOGS && flown.nanos() < plan.send().toNanos() / BACKLOGS);
        return flown;
    }

    interface Question {
        void ask() throws PeerException, SQLException;
    }

    /**
     * Opens the peer's links to this many channels, runs the question, and closes the links. On failure, marks all columns as
     * absent.
     */
    void with(PeerProcess peer, int listen, int send, List<Column> columns, Question question) throws SQLException {
        with(peer, peer.name(), listen, send, columns, question);
    }

    /** The same for a row that does not have the peer's name. */
    void with(PeerProcess peer, String row, int listen, int send, List<Column> columns, Question question) throws SQLException {
        try {
            peer.ask(Line.of("open").with("listen", listen).with("send", send), LONGEST_OPENING);
            question.ask();
            peer.ask(Line.of("close"), LONGEST_OPENING);
        } catch (PeerException e) {
            for (Column column : columns) {
                figures.absent(column, row, new Figures.Absence(e.isUnable(), e.getMessage()));
            }
        }
        if (!server.awaitQuiet(QUIET)) {
            // The peer has left connections open; end it, so that they cost the next peer nothing.
            peer.end();
            server.awaitQuiet(QUIET);
        }
    }

    /** @param senders number of blocking senders; 0: one asynchronous sender */
    Throughput send(PeerProcess peer, int senders, int size) throws PeerException {
        OptionalLong cpu = server.cpuNanos();
        Line answer = peer.ask(Line.of("send").with("senders", senders).with("millis", plan.send().toMillis()).with("size", size),
                LONGEST);
        return new Throughput(answer.number("sent"), answer.number("nanos"), answer.number("cpu"), serverCpuSince(cpu));
    }

    /** Lets a peer with this many channels receive a backlog. The clock starts when the backlog has been committed. */
    Throughput receive(PeerProcess peer, int channels, int size) throws PeerException, SQLException {
        // Warms up: a peer that has just begun to listen may need a moment for its first messages.
        receive(peer, channels, size, Math.max(channels, FIRST));
        Throughput received;
        int tries = 0;
        do {
            received = receive(peer, channels, size, rates.backlog(peer.name(), plan.backlog(), size));
            rates.received(peer.name(), received.perSecond());
            tries++;
        } while (tries < BACKLOGS && received.nanos() < plan.backlog().toNanos() / BACKLOGS);
        return received;
    }

    private Throughput receive(PeerProcess peer, int channels, int size, int count) throws PeerException, SQLException {
        peer.ask(Line.of("expect").with("count", count), LONGEST);
        long committed = peer.makesItsOwnBacklog()
                ? peer.ask(Line.of("backlog").with("count", count).with("size", size), LONGEST).number("committed")
                : server.makeBacklog(channels, count, size);
        OptionalLong cpu = server.cpuNanos();
        Line answer = peer.ask(Line.of("await").with("millis", LONGEST.toMillis() / 2), LONGEST);
        long nanos = Math.max(CLOCK_NANOS, answer.number("last") - committed);
        return new Throughput(answer.number("received"), nanos, answer.number("cpu"), serverCpuSince(cpu));
    }

    private OptionalLong serverCpuSince(OptionalLong before) {
        OptionalLong now = server.cpuNanos();
        return now.isPresent() && before.isPresent() ? OptionalLong.of(now.getAsLong() - before.getAsLong())
                : OptionalLong.empty();
    }

    /** A number of messages, the time they took, and their CPU time. */
    record Throughput(long messages, long nanos, long clientCpu, OptionalLong serverCpu) {

        double perSecond() {
            return messages * 1e9 / Math.max(1, nanos);
        }

        double clientMicros() {
            return clientCpu / 1e3 / Math.max(1, messages);
        }
    }

    void addCosts(Column client, Column server, String peer, Throughput throughput) {
        figures.add(client, peer, throughput.clientMicros());
        throughput.serverCpu().ifPresent(nanos -> figures.add(server, peer, nanos / 1e3 / Math.max(1, throughput.messages())));
    }
}
