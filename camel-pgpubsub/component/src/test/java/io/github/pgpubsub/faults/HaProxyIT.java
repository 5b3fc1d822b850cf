package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.docs.Pages;
import io.github.pgpubsub.support.EmbeddedServer;
import io.github.pgpubsub.support.HaProxy;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Standby;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real HAProxy, with the configuration of docs/connections.md but for addresses and timeouts. */
@Tag("long")
class HaProxyIT {

    /** Shorter than the {@code heartbeatInterval} of 5 s. After a loss, half of it is the interval. */
    private static final Duration IDLE = Duration.ofSeconds(4);
    private static final Pattern CONFIGURATION = Pattern.compile("^```haproxy\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    @BeforeAll
    static void isThere() {
        HaProxy.assumeInstalled();
    }

    /** It ends connections that were idle for a time shorter than {@code heartbeatInterval}. */
    @Test
    void aSessionThatIsLostInASilenceAsksEarlier() throws Exception {
        Arrivals arrivals = new Arrivals();
        try (LoggedLines log = LoggedLines.capture();
                HaProxy proxy = proxy(IDLE, postgres.server().port(), postgres.server().port());
                Application application = new Application(postgres)
                        .receive("in", "pgpubsub:idle?gapMarker=reconnect&singleListener=false", arrivals)
                        .route(route -> route.from("direct:out").to("pgpubsub:idle"))) {
            application.configuration().setUrl(proxy.url(postgres.database()));
            application.start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.send("direct:out", "before");
            arrivals.awaitBody("before");
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < IDLE.multipliedBy(4).toNanos()) {
                // The test needs silence, for four times as long as HAProxy allows.
                Thread.sleep(IDLE.toMillis() / 10);
            }
            soon(() -> assertThat(application.isReceiving("in")).isTrue());

            application.send("direct:out", "after");
            arrivals.awaitBody("after");

            Figures.print("HAProxy ends idle connections after %d ms, heartbeatInterval 5000: %d losses in %d ms",
                    IDLE.toMillis(), arrivals.gaps().size(), IDLE.multipliedBy(4).toMillis());
            assertThat(arrivals.gaps()).hasSizeLessThanOrEqualTo(1);
            assertThat(log.lines()).filteredOn(line -> line.contains("may end idle connections")).hasSize(arrivals.gaps().size());
        }
    }

    @Test
    void listenersAndSendersFollowThePrimary() throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Standby standby = Standby.of((EmbeddedServer) postgres.server());
                HaProxy proxy = proxy(Duration.ofHours(1), postgres.server().port(), standby.port());
                Application application = new Application(postgres)
                        .receive("in", "pgpubsub:failover?gapMarker=reconnect", arrivals)
                        .route(route -> route.from("direct:out").to("pgpubsub:failover"))) {
            application.configuration().setUrl(proxy.url(postgres.database()));
            application.start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.send("direct:out", "to the first");
            arrivals.awaitBodies("to the first");

            postgres.server().stopImmediately();
            long begin = System.nanoTime();
            standby.promote();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            long moved = (System.nanoTime() - begin) / 1_000_000;
            application.sendAgainAndAgain("direct:out", "to the second");
            arrivals.awaitBody("to the second");

            Figures.print("fail-over behind HAProxy: listening on the new primary %d ms after its promotion began", moved);
            assertThat(arrivals.gaps()).hasSize(1);
        } finally {
            postgres.server().startAgain();
        }
    }

    private static HaProxy proxy(Duration timeout, int first, int second) throws IOException {
        String page = Files.readString(Pages.ROOT.resolve("docs/connections.md"));
        String configuration = CONFIGURATION.matcher(page).results().map(block -> block.group(1)).findFirst().orElseThrow();
        return new HaProxy(port -> configuration.replace("bind *:5432", "bind 127.0.0.1:" + port)
                .replace("db1.example.org:5432", "127.0.0.1:" + first).replace("db2.example.org:5432", "127.0.0.1:" + second)
                .replace(" 1h", " " + timeout.toMillis() + "ms"));
    }
}
