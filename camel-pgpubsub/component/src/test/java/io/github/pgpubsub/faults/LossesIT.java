package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.history.HistoryWriter;
import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections are lost in every way, again and again. The recovery after the fiftieth loss is the same as after the first. */
@Tag("long")
class LossesIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private enum Loss { BACKENDS_ENDED, CUT, RESET, REFUSED, SERVER_KILLED, SERVER_STOPPED }

    @ParameterizedTest
    @CsvSource({"BACKENDS_ENDED, 2", "BACKENDS_ENDED, 50", "CUT, 10", "RESET, 10", "REFUSED, 3", "SERVER_KILLED, 2",
        "SERVER_STOPPED, 2"})
    void afterAnyNumberOfLossesAllReceiveAndSendAndNothingIsLeftOver(Loss loss, int times) throws Exception {
        List<Arrivals> group = List.of(new Arrivals(), new Arrivals());
        List<Arrivals> broadcast = List.of(new Arrivals(), new Arrivals(), new Arrivals(), new Arrivals());
        try (Proxy proxy = new Proxy(postgres.server());
                Application one = application(proxy, group.get(0), broadcast.subList(0, 2));
                Application two = application(proxy, group.get(1), broadcast.subList(2, 4))) {
            List<Application> both = List.of(one, two);
            both.forEach(application -> application.send("direct:out", "before"));
            awaitWhole(one, two);
            List<Map<String, Long>> threads = both.stream().map(Application::threads).toList();

            for (int i = 0; i < times; i++) {
                List<Integer> lost = listening(both);
                lose(loss, proxy);
                // Waits only until they are connected, so that the next loss may hit them while they start to listen.
                soon(() -> assertThat(listening(both)).hasSize(2).doesNotContainAnyElementsOf(lost));
            }

            awaitWhole(one, two);
            Stream.of(group, broadcast).flatMap(List::stream).forEach(Arrivals::clear);
            both.forEach(application -> application.sendAgainAndAgain("direct:out", "first"));
            List<String> bodies = IntStream.range(0, 20).mapToObj(String::valueOf).toList();
            bodies.forEach(body -> both.get(Integer.parseInt(body) % 2).send("direct:out", body));
            for (Arrivals each : broadcast) {
                soon(() -> assertThat(numbers(List.of(each))).isEqualTo(bodies));
            }
            soon(() -> assertThat(numbers(group)).isEqualTo(bodies));
            for (Application application : both) {
                soon(() -> {
                    assertThat(application.backends("listen")).hasSize(1);
                    assertThat(application.backends("%")).hasSize(2);
                });
            }
            assertThat(both.stream().map(Application::threads).toList()).isEqualTo(threads);
        }
        soon(() -> assertThat(postgres.backends("pgpubsub %")).isEmpty());
    }

    private static Application application(Proxy proxy, Arrivals group, List<Arrivals> broadcast) throws Exception {
        Application application = new Application(postgres).through(proxy)
                .receive("single", "pgpubsub:lost", group)
                .receive("all", "pgpubsub:lost?singleListener=false", broadcast.get(0))
                .receive("all too", "pgpubsub:lost?singleListener=false&queueSize=10", broadcast.get(1))
                .route(route -> route.from("direct:out").to("pgpubsub:lost"));
        application.configuration().setReconnectDelay(20);
        application.configuration().setReconnectMaxDelay(200);
        return application.start();
    }

    private static void lose(Loss loss, Proxy proxy) {
        switch (loss) {
            case BACKENDS_ENDED -> postgres.strings("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name like 'pgpubsub %'");
            case CUT -> proxy.cut();
            case RESET -> proxy.reset();
            case REFUSED -> {
                proxy.refuse(true);
                proxy.reset();
                soon(() -> assertThat(postgres.backends("pgpubsub %")).isEmpty());
                proxy.refuse(false);
            }
            case SERVER_KILLED -> {
                postgres.server().stopImmediately();
                postgres.server().startAgain();
            }
            case SERVER_STOPPED -> {
                postgres.server().stop();
                postgres.server().startAgain();
            }
        }
    }

    private static List<Integer> listening(List<Application> applications) {
        return applications.stream().flatMap(application -> application.backends("listen").stream()).toList();
    }

    /** All broadcast consumers receive, and one member of the group. */
    private static void awaitWhole(Application one, Application two) {
        soon(() -> {
            assertThat(Stream.of(one, two)).allMatch(each -> each.isReceiving("all") && each.isReceiving("all too"));
            assertThat(one.isReceiving("single")).isNotEqualTo(two.isReceiving("single"));
        });
    }

    /** Received messages, without the message that may have been sent more than once. */
    private static List<String> numbers(List<Arrivals> arrivals) {
        return arrivals.stream().flatMap(each -> each.bodies().stream()).filter(body -> !body.equals("first")).toList();
    }

    /** Time from the end of the backend to the first message after it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endedUnderLoadItReceivesAgainInATrice(boolean singleListener) throws Exception {
        int losses = 15;
        List<Long> micros = new ArrayList<>();
        String options = "gapMarker=reconnect&singleListener=" + singleListener;
        try (Group story = new Group(postgres, "trice", options);
                HistoryWriter own = story.writerFor("application");
                LoggedRoles roles = LoggedRoles.into(own)) {
            Arrivals arrivals = new Arrivals(own);
            HistoryWriter history = story.history();
            history.happened(What.STARTING, "application");
            try (Application application = new Application(postgres).receive("in", "pgpubsub:trice?" + options, arrivals).start();
                    Numbers numbers = story.numbers(500)) {
                history.happened(What.STARTED, "application");
                for (int i = 1; i <= losses; i++) {
                    int gaps = i;
                    arrivals.awaitMore(50);
                    long begin = System.nanoTime();
                    history.happened(What.DISTURBING, "application", "ended");
                    postgres.terminate(application.backends("listen").get(0));
                    history.happened(What.SETTLED, "application", "ended");
                    soon(() -> assertThat(arrivals.gaps()).hasSize(gaps));
                    arrivals.awaitMore(1);
                    List<Arrivals.Arrival> all = arrivals.all();
                    micros.add((all.get(all.indexOf(arrivals.gaps().get(gaps - 1)) + 1).nanoTime() - begin) / 1000);
                }
                String sent = String.valueOf(numbers.stop());
                arrivals.awaitBody(sent);
                Figures.print(
                        "listening backend ended under 500 messages/s, singleListener=%b, %d times: receiving again after %s;"
                                + " missed %d of %s",
                        singleListener, losses, Figures.medianAndMax(micros),
                        Long.parseLong(sent) - arrivals.bodies().stream().distinct().count(), sent);
            }
            story.assertKept();
        }
        assertThat(Figures.median(micros)).isLessThan(Duration.ofSeconds(3).toNanos() / 1000);
    }
}
