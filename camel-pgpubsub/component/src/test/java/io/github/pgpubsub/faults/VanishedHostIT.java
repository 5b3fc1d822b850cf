package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.Cable;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A host vanishes while messages are on their way to it: a network namespace drops its packets. Keepalives do not run while
 * data is unacknowledged. A reader that stands still, which is just as silent for the server, must keep its session.
 */
@Tag("long")
class VanishedHostIT {

    private static final String HEARTBEATS = "heartbeatInterval=1s&heartbeatTimeout=2s";
    /** The tcp_user_timeout that follows from these heartbeats: idle + interval × count of the keepalives; see ServerSettings. */
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(1 + 3 * 2);
    /** Allowance for the next poll of the lock, and for a loaded machine. Without the timeout it would be many minutes. */
    private static final Duration SLACK = Duration.ofSeconds(15);
    private static final int PER_SECOND = 2000;

    private static final Cable CABLE = Cable.layIfAllowed();

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(CABLE == null ? Map.of() : reachableOver(CABLE));

    /** Settings of a server. */
    static Map<String, String> reachableOver(Cable cable) {
        return Map.of("listen_addresses", "127.0.0.1," + cable.near(), "hba_file", whoMayCome());
    }

    private static String whoMayCome() {
        try {
            Path file = Files.createTempFile("pg_hba-", ".conf");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "host all all all scram-sha-256\n").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String url(Cable cable, PostgresExtension postgres) {
        return "jdbc:postgresql://" + cable.near() + ":" + postgres.server().port() + "/" + postgres.database();
    }

    @BeforeAll
    static void needsACable() {
        assumeTrue(CABLE != null, "Skipped: this user may make no network namespaces (or there is no ip command)");
    }

    @AfterAll
    static void close() {
        if (CABLE != null) {
            CABLE.close();
        }
    }

    /** Nobody deposes the leader; only the server can detect the loss. */
    @Test
    void aLeaderThatNobodyDeposesLosesItsLock() {
        try (Group near = new Group(postgres, "leader", "gapMarker=reconnect&leaderTimeout=0&" + HEARTBEATS)) {
            Node far = near.over(CABLE).launch().awaitStarted();
            near.awaitLeads(far, Node.SOON);
            Node standby = near.launch().awaitStarted();
            near.awaitStandbyInStep(standby);
            try (Numbers numbers = near.numbers(PER_SECOND)) {
                near.awaitNextStart(far);
                long before = far.starts().get(0).number() - 1;
                int backend = far.backend();
                near.history().happened(What.DISTURBING, far.name(), "vanished");
                CABLE.cut();
                long begin = System.nanoTime();
                near.awaitLeads(standby, USER_TIMEOUT.plus(SLACK));
                Duration freed = Duration.ofNanos(System.nanoTime() - begin);
                near.awaitNextStart(standby);
                CABLE.heal();
                near.awaitThat(far + " is back", Node.SOON, () -> far.backend() != backend && far.isStandbyInStep());
                near.history().happened(What.SETTLED, far.name(), "vanished");
                long sent = numbers.stop();
                near.awaitStarted(sent);

                Received received = near.received();
                Figures.print(
                        "a leader's host vanishes under load, leaderTimeout=0, tcp_user_timeout %d ms: the standby leads after"
                                + " %d ms, sent %d, lost %d, twice %d, twice unmarked %d",
                        USER_TIMEOUT.toMillis(), freed.toMillis(), sent,
                        received.lost(sent).stream().filter(number -> number > before).count(), received.twice().size(),
                        received.twiceUnmarked().size());
                near.assertKeptWithoutGaps();
            }
        } finally {
            CABLE.heal();
        }
    }

    /** Its backend would keep the server's notification queue from being trimmed. */
    @Test
    void aListenerForItselfIsEndedAndComesBack() {
        try (Group group = new Group(postgres, "broadcast", "gapMarker=reconnect&singleListener=false&" + HEARTBEATS)) {
            Node far = group.over(CABLE).launch().awaitStarted();
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                group.awaitNextStart(far);
                int backend = far.backend();
                group.history().happened(What.DISTURBING, far.name(), "vanished");
                CABLE.cut();
                long begin = System.nanoTime();
                group.awaitThat("its session has ended", USER_TIMEOUT.plus(SLACK), () -> !isThere(backend));
                Duration freed = Duration.ofNanos(System.nanoTime() - begin);
                CABLE.heal();
                group.awaitThat(far + " is back", Node.SOON, () -> far.backend() != backend && !far.gaps().isEmpty());
                group.history().happened(What.SETTLED, far.name(), "vanished");
                // The last number may have been sent just before it listened again.
                group.awaitNextStart(far);
                long sent = numbers.stop();
                group.awaitStarted(sent);
                Figures.print(
                        "a listener's host vanishes under load, singleListener=false, tcp_user_timeout %d ms: its session ends"
                                + " after %d ms; back, it missed %d and was told a gap of %d ms",
                        USER_TIMEOUT.toMillis(), freed.toMillis(),
                        group.received().lost(sent).size(), far.gaps().get(0).millis());
                assertThat(far.gaps()).hasSize(1);
                group.assertKept();
            }
        } finally {
            CABLE.heal();
        }
    }

    private static boolean isThere(int backend) {
        return postgres.number("select count(*) from pg_stat_activity where pid = ?", backend) > 0;
    }

    /**
     * 60 MB wait in the server; only a few hundred kilobytes fit into the buffers between. An eighth of the heap is enough for what is read
     * ahead in five minutes, up to 190 kB each 2.5 s: on a busy machine the flood alone takes one.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReaderThatStandsStillKeepsItsSession(boolean singleListener) throws Exception {
        int messages = 15_000;
        // More patience than the other tests have: this node must not lose its session. The rest follows as above.
        String heartbeats = "heartbeatInterval=1s&heartbeatTimeout=5s";
        Duration userTimeout = Duration.ofSeconds(1 + 3 * 3);
        try (JvmProcess node = JvmProcess.start("standing", StandingNode.class, List.of("-Xmx192m"),
                List.of(url(CABLE, postgres), postgres.user(), postgres.password(),
                        "pgpubsub:still?singleListener=" + singleListener + "&" + heartbeats, String.valueOf(messages)),
                CABLE.farEnd())) {
            node.awaitLine(StandingNode.STARTED::equals, Node.SOON);
            // The start waits for the first attempt to connect, but not for ever.
            await().atMost(Node.SOON).untilAsserted(() -> assertThat(postgres.backends("pgpubsub % listen")).hasSize(1));
            List<Integer> backends = postgres.backends("pgpubsub % listen");
            postgres.notify("still", 1, 1, 4000);
            node.awaitLine(StandingNode.HELD::equals, Node.SOON);
            for (int first = 2; first <= messages; first += 250) {
                postgres.notify("still", first, Math.min(messages, first + 249), 4000);
            }
            node.awaitLine(line -> line.contains("its queue is full"), Node.SOON);
            // The route stands still for this long, which is the point of the test.
            Thread.sleep(userTimeout.multipliedBy(3).toMillis());
            assertThat(postgres.backends("pgpubsub % listen")).isEqualTo(backends);
            node.send("go");
            String all = node.awaitLine(line -> line.startsWith(StandingNode.ALL), Node.SOON.multipliedBy(2)).text();
            assertThat(node.lines()).noneMatch(line -> line.text().contains("Lost the connection"));
            Figures.print(
                    "a reader stands still for %d ms with %d MB behind it, singleListener=%b, tcp_user_timeout %d ms: it kept"
                            + " its session and got all, heap in use at most %s",
                    userTimeout.multipliedBy(3).toMillis(),
                    messages * 4L / 1000, singleListener, userTimeout.toMillis(), all.substring(StandingNode.ALL.length() + 1));
        }
    }
}
