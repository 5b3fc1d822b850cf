package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pgpubsub.support.Cable;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Routes stand still for long, and no session may be lost. A server on the same host sets no {@code tcp_user_timeout}, and for any other the
 * sessions read ahead. How large the kernel's windows and packets are follows from what has passed before, so there are many sessions,
 * each with a past of its own.
 */
@Tag("long")
class StalledSessionsIT {

    private static final int FAR_SESSIONS = 60;
    /** Fewer: only {@code tcp_user_timeout} depends on the past. */
    private static final int NEAR_SESSIONS = 20;
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** The tcp_user_timeout that follows from these: idle + interval × count of the keepalives; see ServerSettings. */
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(1 + 3 * 3);
    private static final Duration STALL = USER_TIMEOUT.multipliedBy(2);
    /** 7 MB, more than fits into the buffers between. */
    private static final int MESSAGES = 1800;
    private static final List<Integer> SIZES = List.of(8, 40, 700, 4000, 7900);

    private static final Cable CABLE = Cable.layIfAllowed();

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(
            CABLE == null ? Map.of() : VanishedHostIT.reachableOver(CABLE));

    @AfterAll
    static void close() {
        if (CABLE != null) {
            CABLE.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noneIsLost(boolean isFar) throws Exception {
        assumeTrue(!isFar || CABLE != null, "Skipped: this user may make no network namespaces (or there is no ip command)");
        int sessions = isFar ? FAR_SESSIONS : NEAR_SESSIONS;
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> arguments = List.of(isFar ? VanishedHostIT.url(CABLE, postgres) : postgres.url(), postgres.user(),
                postgres.password(), String.valueOf(sessions), String.valueOf(MESSAGES), String.valueOf(HEARTBEAT.toMillis()),
                String.valueOf(PATIENCE.toMillis()));
        // A quarter of the heap may be used for what is read ahead: up to 200 kB for each session in each 2.5 s.
        List<String> jvm = List.of("-Xmx2g");
        try (JvmProcess node = isFar ? JvmProcess.start("far", StalledSessionsNode.class, jvm, arguments, CABLE.farEnd())
                : JvmProcess.start("near", StalledSessionsNode.class, jvm, arguments)) {
            node.awaitLine(StalledSessionsNode.STARTED::equals, Node.SOON.multipliedBy(2));
            List<Integer> backends = postgres.backends("pgpubsub listen");
            assertThat(backends).hasSize(sessions);
            for (int i = 0; i < sessions; i++) {
                for (int phases = random.nextInt(4); phases > 0; phases--) {
                    postgres.notify("past" + i, 1, 1 + random.nextInt(60), SIZES.get(random.nextInt(SIZES.size())));
                }
                postgres.notify("past" + i, StalledSessionsNode.LAST);
            }
            node.awaitLine(StalledSessionsNode.PASTS_ARE_OVER::equals, Node.SOON);
            for (int sent = 0; sent < MESSAGES; sent += 50) {
                postgres.notify("flood", 1, 50, 4000);
            }
            // A time and no condition: that nothing happens while the routes stand still for so long is the point of the test.
            Thread.sleep(STALL.toMillis());
            assertThat(postgres.backends("pgpubsub listen")).as("seed %d", seed).isEqualTo(backends);
            node.send("go");
            String end = node.awaitLine(line -> line.startsWith(StalledSessionsNode.ALL_AND_GAPS), Node.SOON.multipliedBy(2))
                    .text();
            assertThat(end).isEqualTo(StalledSessionsNode.ALL_AND_GAPS + 0);
            Figures.print("%d sessions on %s host stand still for %d ms: none was lost", sessions, isFar ? "another" : "the same",
                    STALL.toMillis());
        }
    }
}
