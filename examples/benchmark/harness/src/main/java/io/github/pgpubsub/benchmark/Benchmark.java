package io.github.pgpubsub.benchmark;

import io.github.pgpubsub.benchmark.measures.Bench;
import io.github.pgpubsub.benchmark.measures.Measure;
import io.github.pgpubsub.benchmark.measures.Rates;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.Participant;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Figures;
import io.github.pgpubsub.benchmark.report.Page;
import io.github.pgpubsub.benchmark.report.Report;
import io.github.pgpubsub.benchmark.report.Setup;
import io.github.pgpubsub.benchmark.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Main class: starts a server, runs every measure on every peer in every round, and writes a report. */
public final class Benchmark {

    private static final String LOG = "../../camel-pgpubsub/engine/src/main/resources/io/github/pgpubsub/log/pgpubsub-1.sql";

    private final Options options;
    private final Path out;
    private final List<Measure> measures;

    private Benchmark(Options options, Path home) {
        this.options = options;
        this.out = options.out() != null ? options.out() : home.resolve("target/results");
        this.measures = Measure.all().stream().filter(options::wants).toList();
    }

    public static void main(String... arguments) throws IOException, SQLException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        if (options.help()) {
            System.out.print(Options.usage());
            return;
        }
        Path home = Path.of(System.getProperty("benchmark.home", "examples/benchmark")).toAbsolutePath();
        System.exit(new Benchmark(options, home).run(home) ? 0 : 1);
    }

    /** Returns false if this is a check and a peer has failed. */
    private boolean run(Path home) throws IOException, SQLException {
        say("%s run; starting PostgreSQL ...".formatted(options.plan().name()));
        List<PeerProcess> peers = new ArrayList<>();
        List<Participant> participants = Participants.all(home, options.plan().jvm()).stream()
                .filter(participant -> Options.wants(options.peers(), participant.name()))
                .filter(participant -> families().contains(participant.family())).toList();
        boolean logical = participants.stream().anyMatch(participant -> participant.name().equals(Participants.DEBEZIUM));
        try (PostgresServer server = PostgresServer.start(logical)) {
            server.useLog(home.resolve(LOG));
            participants.stream()
                    .map(participant -> new PeerProcess(participant, server.address(), log(participant.name())))
                    .forEach(peers::add);
            Figures figures = measure(server, peers);
            Report report = new Report(options.plan(), Setup.of(server, peers), figures, families());
            System.out.print(report.summary());
            report.write(out);
            say("results are in " + out);
            if (options.into() != null) {
                report.write(options.into());
                say("and to " + options.into());
                Optional<Path> page = Page.of(options.into());
                if (page.isPresent()) {
                    report.fill(page.get());
                    say("and in tables of " + page.get());
                }
            }
            return !options.plan().name().equals("check") || figures.failures().isEmpty();
        } finally {
            peers.forEach(PeerProcess::close);
        }
    }

    private Set<Family> families() {
        return measures.stream().map(Measure::family).collect(Collectors.toSet());
    }

    private Figures measure(PostgresServer server, List<PeerProcess> peers) throws SQLException {
        Rates rates = new Rates();
        if (options.plan().warmUp()) {
            List<Measure> warming = measures.stream().filter(measure -> measure.warmUps() > 0).toList();
            round(0, warming, peers, new Bench(server, options.plan(), rates, new Figures()));
        }
        Figures figures = new Figures();
        figures.orderRows(peers.stream().map(PeerProcess::name).toList());
        for (int round = 1; round <= options.plan().rounds(); round++) {
            boolean first = round <= options.plan().longRounds();
            List<Measure> now = measures.stream().filter(measure -> first || measure.everyRound()).toList();
            figures.nextRound();
            round(round, now, peers, new Bench(server, options.plan(), rates, figures));
        }
        return figures;
    }

    /** Each round begins with another peer, so that no peer always has the same predecessor. */
    private static void round(int number, List<Measure> measures, List<PeerProcess> peers, Bench bench) throws SQLException {
        List<PeerProcess> order = new ArrayList<>(peers);
        Collections.rotate(order, -number);
        for (Measure measure : measures) {
            long start = System.nanoTime();
            for (PeerProcess peer : measure.whom(order)) {
                for (int i = 0; i < (number == 0 ? measure.warmUps() : 1); i++) {
                    measure.ask(peer, measure.family().needsLog() ? bench.forKept() : bench);
                }
            }
            say("%s: %s (%d s)".formatted(number == 0 ? "warm-up" : "round %d of %d".formatted(number, bench.plan().rounds()),
                    measure.name(), Duration.ofNanos(System.nanoTime() - start).toSeconds()));
        }
    }

    private Path log(String peer) {
        return out.resolve("logs").resolve(peer.replaceAll("[^A-Za-z0-9]+", "-") + ".log");
    }

    private static void say(String text) {
        System.err.println("benchmark: " + text);
    }
}
