package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A route that stands still makes the server keep notifications, until every NOTIFY on the server fails. */
@Tag("long")
@EnabledIf("canHaveASmallQueue")
class NotificationQueueIT {

    /** 512 KB instead of 8 GB. */
    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of("max_notify_queue_pages", "64"));

    static boolean canHaveASmallQueue() {
        return Integer.parseInt(System.getProperty("postgres.version", "18").split("\\.")[0]) >= 17;
    }

    @Test
    void itsShareInUseIsWatchedAndWhoIsToBlameIsNamed() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Arrivals slow = new Arrivals();
        try (LoggedLines log = LoggedLines.capture(); Application application = new Application(postgres)) {
            application.configuration().setHeartbeatInterval(200);
            application.route(route -> route.from("pgpubsub:slow?queueSize=5").routeId("slow").process(slow)
                    .process(exchange -> go.await())).start();
            soon(() -> assertThat(application.isReceiving("slow")).isTrue());
            // First the sockets between must be full.
            List<String> sent = new ArrayList<>();
            while (usage() < 0.5) {
                for (int i = 0; i < 5; i++) {
                    sent.add(sent.size() + " " + "x".repeat(4000));
                }
                postgres.strings("select count(pg_notify('slow', p)) from unnest(string_to_array(?, ',')) p",
                        String.join(",", sent.subList(sent.size() - 5, sent.size())));
            }
            soon(() -> assertThat(warnings(log)).isNotEmpty().allMatch(line -> line.startsWith("WARN")
                    && line.contains("Route slow") && line.matches("(?s).* is [2-9][0-9] % full.*")));
            soon(() -> assertThat(warnings(log)).last().asString().containsPattern("is [5-9][0-9] % full"));
            int said = warnings(log).size();
            Figures.print("a notification queue of 512 KB and a route that stands still: %d messages until half of it was used,"
                    + " warnings %d", sent.size(), said);
            // A second of heartbeats with the queue as it is. (While the queue filled, a quarter may have been told twice: whenever the
            // kernel found more room for the connection, the queue was nearly empty again.)
            Awaitility.await().during(Duration.ofSeconds(1)).until(() -> warnings(log).size() == said);

            go.countDown();
            soon(() -> assertThat(slow.bodies()).isEqualTo(sent));
            soon(() -> assertThat(usage()).isLessThan(0.25));
            postgres.notify("slow", "well");
            slow.awaitBody("well");
            assertThat(warnings(log)).hasSize(said);
        }
    }

    private static List<String> warnings(LoggedLines log) {
        return log.lines().stream().filter(line -> line.contains("notification queue is")).toList();
    }

    private static double usage() {
        return Double.parseDouble(postgres.strings("select pg_notification_queue_usage()").get(0));
    }
}
