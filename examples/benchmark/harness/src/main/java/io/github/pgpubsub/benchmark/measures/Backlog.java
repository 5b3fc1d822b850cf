package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.measures.Bench.Throughput;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/** How fast the peers of a family receive a backlog that one transaction has committed, while nobody sends. */
public final class Backlog implements ThroughputMeasure {

    /** Into a route, beside the limits: Camel's own cost of an exchange, and the same with the driver's loop by hand. */
    public static final Backlog ROUTES = new Backlog("routes", Family.ROUTES, "Receiving a backlog into a route, and its limits");
    public static final Backlog KEPT = new Backlog("kept-receiving", Family.KEPT, "Kept: receiving a backlog");
    /** With one message to an exchange, and with many. The route looks at each message. */
    public static final Backlog BATCHES = new Backlog("batches", Family.BATCHES, "Batches: receiving a backlog");
    /** By one member of a group, which has all of its shards and as many consumers. */
    static final Backlog SHARDS = new Backlog("shards", Family.SHARDS, "Shards: one member receives a backlog");

    /** By members of a group with four shards, each with one thread, into a route that takes a millisecond for a message. */
    public static final Backlog MEMBERS = new Backlog("members", Family.MEMBERS,
            "Members: a group receives a backlog, 1 ms a message");

    private static final int SIZE = 100;
    private static final int PLAIN_WARM_UPS = 8;

    private final String name;
    private final Family family;
    private final String table;

    private Backlog(String name, Family family, String table) {
        this.name = name;
        this.family = family;
        this.table = table;
    }

    public Column rate() {
        return new Column(table, "messages/s, %d B".formatted(SIZE));
    }

    public Column clientCpu() {
        return new Column(table, "client CPU, µs/message");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Family family() {
        return family;
    }

    /** A backlog is as large as the last rate allows, so a cold JVM gets small ones and stays cold for long. */
    @Override
    public int warmUps() {
        return family.isPlain() ? PLAIN_WARM_UPS : 1;
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        Bench.Question question = () -> {
            Throughput received = bench.receive(peer, 1, SIZE);
            bench.figures().add(rate(), peer.name(), received.perSecond());
            bench.addCosts(clientCpu(), new Column(table, "server CPU, µs/message"), peer.name(), received);
        };
        if (family.needsLog()) {
            bench.withLog(peer, 1, 0, List.of(rate()), question);
        } else {
            bench.with(peer, 1, 0, List.of(rate()), question);
        }
    }
}
