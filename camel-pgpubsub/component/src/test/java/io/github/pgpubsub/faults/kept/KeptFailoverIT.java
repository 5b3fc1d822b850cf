package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.history.kept.KeptEvent.Happened;
import io.github.pgpubsub.history.kept.KeptEvent.Stage;
import io.github.pgpubsub.history.kept.KeptEvent.What;
import io.github.pgpubsub.history.kept.KeptEvent.Written;
import io.github.pgpubsub.history.kept.KeptJudge;
import io.github.pgpubsub.history.kept.KeptRecord;
import io.github.pgpubsub.history.kept.KeptRecorder;
import io.github.pgpubsub.support.EmbeddedServer;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Standby;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An asynchronous standby is promoted in the middle, without the last transactions of the former primary: processes and writers go on with
 * it. Everything that the new primary has is delivered, in order, and what comes twice is marked. {@code -Dkept.seconds} sets the duration,
 * {@code -Dkept.rate} the messages per second, {@code -Dkept.modes} the groups and {@code -Dkept.seed} the seed, as for {@link KeptChaosIT}.
 */
@Tag("long")
class KeptFailoverIT {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration REST = Duration.ofSeconds(60);
    private static final int MEMBERS = 3;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final long seconds = Long.getLong("kept.seconds", 20);
    private final int rate = Integer.getInteger("kept.rate", 200);
    private final String modes = System.getProperty("kept.modes", "batch,batches,transaction");
    private final long seed = Long.getLong("kept.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private final Path directory = Path.of("target", "kept", "failover-" + seed + "-" + System.nanoTime()).toAbsolutePath();
    private final List<KeptGroup> groups = new ArrayList<>();
    private final List<JvmProcess> processes = new ArrayList<>();

    @Test
    void everythingThatTheNewPrimaryHasIsDelivered() throws Exception {
        for (String mode : modes.split(",")) {
            groups.add(
                    new KeptGroup("g-" + mode, KeptGroup.ackMode(mode), KeptGroup.isBatched(mode) ? 20 : 0, 1, 2000, 100, "retry",
                            0, 1));
        }
        KeptWriters.createTables(postgres);
        try (Standby standby = Standby.of((EmbeddedServer) postgres.server());
                KeptRecorder recorder = KeptRecorder.into(directory, "test")) {
            String url = "jdbc:postgresql://" + standby.host() + ":" + standby.port() + "," + postgres.server().host() + ":"
                    + postgres.server().port() + "/" + postgres.database() + "?targetServerType=primary";
            KeptWriters.Connections primary = () -> DriverManager.getConnection(url, postgres.user(), postgres.password());
            try {
                launch(url);
                try (KeptWriters writers = KeptWriters.start(primary, recorder, rate, seed)) {
                    TimeUnit.MILLISECONDS.sleep(TimeUnit.SECONDS.toMillis(seconds) / 2 + random.nextInt(2000));
                    failOver(standby, recorder);
                    TimeUnit.SECONDS.sleep(seconds / 2);
                }
                awaitRest(primary);
                processes.forEach(JvmProcess::stop);
                processes.forEach(each -> each.awaitExit(Duration.ofSeconds(60)));
                try (Connection connection = primary.open()) {
                    KeptTruth.record(connection, recorder);
                }
            } finally {
                processes.forEach(JvmProcess::close);
            }
            judge();
        }
    }

    private void launch(String url) {
        for (int i = 1; i <= MEMBERS; i++) {
            String name = "node-" + i;
            List<String> arguments = new ArrayList<>(
                    List.of(name, url, postgres.user(), postgres.password(), directory.toString()));
            groups.forEach(each -> arguments.add(each.text()));
            processes.add(JvmProcess.start(name, i == MEMBERS ? KeptCamelNode.class : KeptNode.class,
                    List.of("-Xmx96m", "-Dlog4j2.shutdownHookEnabled=false"), arguments));
        }
        processes.forEach(each -> each.awaitLine(KeptNode.STARTED::equals, START));
    }

    /** For a while the primary commits, and its messages are delivered, while nothing reaches the standby. */
    private void failOver(Standby standby, KeptRecorder recorder) throws Exception {
        recorder.happened(What.DISTURBING, "*", "fail-over");
        long sender = postgres.number("select pid from pg_stat_replication");
        assertThat(new ProcessBuilder("kill", "-STOP", String.valueOf(sender)).inheritIO().start().waitFor()).isZero();
        TimeUnit.MILLISECONDS.sleep(300 + random.nextInt(2000));
        postgres.server().stopImmediately();
        standby.promote();
        recorder.happened(What.SETTLED, "*", "fail-over");
    }

    /** Waits as long as the groups come nearer. */
    private static void awaitRest(KeptWriters.Connections primary) throws Exception {
        long least = Long.MAX_VALUE;
        long since = System.nanoTime();
        for (long lag = lag(primary); lag > 0; lag = lag(primary)) {
            if (lag < least) {
                least = lag;
                since = System.nanoTime();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - since)).as("no progress, with a lag of " + lag).isLessThan(REST);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static long lag(KeptWriters.Connections primary) throws SQLException {
        try (Connection connection = primary.open();
                ResultSet row = connection.createStatement().executeQuery("select coalesce(sum(lag), 0) from pgpubsub.groups")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What was lost with the former primary is nobody's fault, and nobody must have it or lack it. */
    private void judge() {
        KeptRecord record = KeptRecord.read(directory);
        Set<String> there = new HashSet<>();
        Set<String> rolledBack = new HashSet<>();
        Set<String> confirmed = new HashSet<>();
        Set<String> lost = new HashSet<>();
        long over = record.all(Happened.class).stream()
                .filter(each -> each.what() == What.SETTLED).mapToLong(each -> each.micros()).max().orElseThrow();
        for (Written each : record.all(Written.class)) {
            String name = each.message().name();
            switch (each.stage()) {
                case IN_DATABASE -> there.add(name);
                case ROLLED_BACK -> rolledBack.add(name);
                case COMMITTED -> {
                    if (each.micros() < over) {
                        confirmed.add(name);
                    }
                }
                case SENDING, UNKNOWN -> {
                    if (each.stage() == Stage.SENDING && each.micros() < over) {
                        lost.add(name);
                    }
                }
            }
        }
        lost.removeAll(there);
        lost.removeAll(rolledBack);
        confirmed.retainAll(lost);
        Verdict verdict = KeptJudge.judge(record.without(lost), groups.stream().map(KeptGroup::judged).toList());
        Figures.print("kept fail-over: seed %d, %d s, %d/s, confirmed and lost with the former primary %d: %s", seed, seconds,
                rate,
                confirmed.size(), verdict.summary());
        assertThat(verdict.violations()).as("seed %d, record in %s", seed, directory).isEmpty();
        assertThat(confirmed).as("transactions that the fail-over has lost").isNotEmpty();
    }
}
