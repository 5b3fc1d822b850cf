package io.github.pgpubsub.camel.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.cluster.CamelClusterEventListener;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterService;
import org.apache.camel.cluster.CamelClusterView;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.cluster.ClusteredRouteController;
import org.apache.camel.impl.cluster.ClusteredRoutePolicy;
import org.apache.camel.main.Main;
import org.apache.camel.support.cluster.ClusterServiceHelper;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several contexts in one JVM, each with its own cluster service. */
class ClusterServiceTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<Seat> seats = new ArrayList<>();

    /** A context and its cluster service. */
    private static final class Seat implements AutoCloseable {

        final DefaultCamelContext context = new DefaultCamelContext();
        final PgPubSubClusterService service = new PgPubSubClusterService();

        Seat(String id) {
            service.setId(id);
            service.setUrl(postgres.url());
            service.setUser(postgres.user());
            service.setPassword(postgres.password());
            context.getShutdownStrategy().setTimeout(10);
        }

        /** Its connections go through the proxy. */
        Seat through(Proxy proxy) {
            service.setUrl("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database());
            return this;
        }

        Seat start() throws Exception {
            context.addService(service);
            context.start();
            return this;
        }

        CamelClusterView view(String namespace) throws Exception {
            return service.getView(namespace);
        }

        int backend() {
            return postgres.backends("camel-cluster " + service.getId() + " listen").get(0);
        }

        boolean runs(String routeId) {
            return context.getRouteController().getRouteStatus(routeId).isStarted();
        }

        @Override
        public void close() {
            context.stop();
        }
    }

    /** The calls of a listener, with their times. */
    private static final class Told implements CamelClusterEventListener.Leadership {

        record News(boolean leads, long nanoTime) {}

        final List<News> news = new CopyOnWriteArrayList<>();

        @Override
        public void leadershipChanged(CamelClusterView view, CamelClusterMember leader) {
            news.add(new News(view.getLocalMember().isLeader(), System.nanoTime()));
        }

        boolean last() {
            return !news.isEmpty() && news.get(news.size() - 1).leads;
        }

        long lastNanoTime() {
            return news.get(news.size() - 1).nanoTime;
        }
    }

    @AfterEach
    void stopAll() {
        seats.forEach(Seat::close);
    }

    private Seat seat(String id) {
        Seat seat = new Seat(id);
        seats.add(seat);
        return seat;
    }

    @Test
    void oneLeadsAndEachKnowsAll() throws Exception {
        CamelClusterView first = seat("first").start().view("ns");
        CamelClusterView second = seat("second").start().view("ns");
        CamelClusterView third = seat("third").start().view("ns");

        soon(() -> assertThat(first.getLocalMember().isLeader()).isTrue());
        assertThat(List.of(second, third)).noneMatch(view -> view.getLocalMember().isLeader());
        for (CamelClusterView view : List.of(first, second, third)) {
            String own = view.getClusterService().getId();
            soon(() -> assertThat(view.getMembers()).extracting(CamelClusterMember::getId)
                    .containsExactlyInAnyOrder("first", "second", "third"));
            // A leader whose thread does not run for a moment is none meanwhile.
            soon(() -> assertThat(view.getLeader()).hasValueSatisfying(leader -> {
                assertThat(leader.getId()).isEqualTo("first");
                assertThat(leader.isLeader()).isTrue();
                assertThat(leader.isLocal()).isEqualTo(view == first);
            }));
            soon(() -> assertThat(view.getMembers()).filteredOn(CamelClusterMember::isLeader).hasSize(1));
            assertThat(view.getMembers()).filteredOn(CamelClusterMember::isLocal).extracting(CamelClusterMember::getId)
                    .containsExactly(own);
            soon(() -> assertThat(view.getClusterService().isLeader("ns")).isEqualTo(view == first));
        }
    }

    @Test
    void anOrderlyStopHandsOverAtOnceAfterListenersHaveReturned() throws Exception {
        Seat first = seat("first").start();
        Told old = new Told();
        first.view("ns").addEventListener(old);
        soon(() -> assertThat(old.last()).isTrue());
        CamelClusterView view = seat("second").start().view("ns");
        Told next = new Told();
        view.addEventListener(next);
        soon(() -> assertThat(next.news).hasSize(1));
        awaitStandbyLock("second");

        long begin = System.nanoTime();
        first.service.stop();
        soon(() -> assertThat(next.last()).isTrue());

        long millis = Duration.ofNanos(next.lastNanoTime() - begin).toMillis();
        print("orderly stop: the next was told after %d ms", millis);
        assertThat(old.last()).isFalse();
        assertThat(old.lastNanoTime()).isLessThan(next.lastNanoTime());
        // The server takes a moment to notice that a client has disconnected.
        soon(() -> assertThat(view.getMembers()).extracting(CamelClusterMember::getId).containsExactly("second"));
        // Without an orderly stop it would be the leaderTimeout of 10 s.
        assertThat(millis).isLessThan(9000);
    }

    /** Waits until a member of the only namespace holds the standby's lock beside the one that shows its presence. */
    private static void awaitStandbyLock(String id) {
        soon(() -> assertThat(postgres.number("select count(*) from pg_locks join pg_stat_activity using (pid)"
                + " where locktype = 'advisory' and granted and application_name = ?", "camel-cluster " + id + " listen"))
                .isEqualTo(2));
    }

    @Test
    void whoseConnectionIsKilledIsNoLeaderAndComesBack() throws Exception {
        Seat first = seat("first").start();
        Told old = new Told();
        CamelClusterView view = first.view("ns");
        view.addEventListener(old);
        soon(() -> assertThat(old.last()).isTrue());
        Told next = new Told();
        seat("second").start().view("ns").addEventListener(next);
        // So it gets the leader's lock when the leader's connection ends, however fast the leader returns.
        awaitStandbyLock("second");

        int backend = first.backend();
        long begin = System.nanoTime();
        postgres.terminate(backend);
        soon(() -> assertThat(next.last()).isTrue());

        print("connection killed: the old leader was told after %d ms, the next after %d ms",
                Duration.ofNanos(old.lastNanoTime() - begin).toMillis(),
                Duration.ofNanos(next.lastNanoTime() - begin).toMillis());
        assertThat(old.last()).isFalse();
        assertThat(old.lastNanoTime()).isLessThan(next.lastNanoTime());
        soon(() -> assertThat(view.getMembers()).extracting(CamelClusterMember::getId)
                .containsExactlyInAnyOrder("first", "second"));
        soon(() -> assertThat(view.getLeader())
                .hasValueSatisfying(leader -> assertThat(leader.getId()).isEqualTo("second")));
    }

    /** An answer is late: the leader may begin nothing meanwhile, but its routes are not stopped. */
    @Test
    void whoWaitsForAnAnswerIsNoLeaderForThatLong() throws Exception {
        try (Proxy proxy = new Proxy(postgres.server())) {
            Seat seat = seat("waits").through(proxy);
            CamelClusterView view = seat.start().view("ns");
            Told told = new Told();
            view.addEventListener(told);
            soon(() -> assertThat(told.last()).isTrue());

            told.news.clear();
            proxy.stall();
            soon(() -> assertThat(view.getLocalMember().isLeader()).isFalse());
            proxy.resume();
            // A caller that asked in between may be a listener that relied on the answer.
            soon(() -> assertThat(told.news).isNotEmpty());
            assertThat(told.news).allMatch(Told.News::leads);
            soon(() -> assertThat(view.getLocalMember().isLeader()).isTrue());
        }
    }

    /** No message informs it, and the 3 s for an answer, after which its connection is lost, run out later. */
    @Test
    void whoIsCutOffIsNoLeaderWhenTheLeaseHasRunOut() throws Exception {
        int leaderTimeout = 4000;
        try (Proxy proxy = new Proxy(postgres.server())) {
            Seat seat = seat("cut off").through(proxy);
            seat.service.setLeaderTimeout(leaderTimeout);
            CamelClusterView view = seat.start().view("ns");
            Told told = new Told();
            view.addEventListener(told);
            soon(() -> assertThat(told.last()).isTrue());

            long toldAfter = Long.MAX_VALUE;
            // A machine that is slow for a moment may tell it late, but not three times in a row.
            for (int i = 0; i < 3 && toldAfter >= 3000; i++) {
                told.news.clear();
                long begin = System.nanoTime();
                proxy.stall();
                soon(() -> assertThat(view.getLocalMember().isLeader()).isFalse());
                long noLeader = Duration.ofNanos(System.nanoTime() - begin).toMillis();
                soon(() -> assertThat(told.news).isNotEmpty());
                soon(() -> assertThat(told.last()).isFalse());
                toldAfter = Duration.ofNanos(told.lastNanoTime() - begin).toMillis();
                print("cut off, leaderTimeout %d ms: no leader after %d ms, told after %d ms", leaderTimeout, noLeader,
                        toldAfter);
                // Others may depose it after the leaderTimeout.
                assertThat(noLeader).isLessThan(leaderTimeout);

                // It was not deposed, so it continues when the server answers again.
                proxy.resume();
                soon(() -> assertThat(told.last()).isTrue());
            }
            assertThat(toldAfter).isBetween(900L, 3000L);
            assertThat(told.news).filteredOn(each -> !each.leads()).hasSize(1);
        }
    }

    @Test
    void namespacesHaveLeadersOfTheirOwn() throws Exception {
        Seat first = seat("first").start();
        CamelClusterView released = first.view("one");
        CamelClusterView kept = first.view("two");
        Seat second = seat("second").start();
        CamelClusterView one = second.view("one");
        CamelClusterView two = second.view("two");
        soon(() -> assertThat(released.getLocalMember().isLeader() && kept.getLocalMember().isLeader()).isTrue());

        first.service.releaseView(released);
        soon(() -> assertThat(one.getLocalMember().isLeader()).isTrue());

        assertThat(kept.getLocalMember().isLeader()).isTrue();
        assertThat(two.getLocalMember().isLeader()).isFalse();
        soon(() -> assertThat(one.getMembers()).extracting(CamelClusterMember::getId).containsExactly("second"));
        soon(() -> assertThat(two.getMembers()).extracting(CamelClusterMember::getId)
                .containsExactlyInAnyOrder("first", "second"));
        assertThat(postgres.backends("camel-cluster %")).hasSize(2);
    }

    @Test
    void aStopDoesNotWait() throws Exception {
        Seat alone = seat("alone").start();
        CamelClusterView view = alone.view("ns");
        soon(() -> assertThat(view.getLocalMember().isLeader()).isTrue());
        long stopped = millis(alone.service::stop);

        Seat starting = seat("just started").start();
        starting.view("other");
        long begun = millis(starting.service::stop);

        print("stop of the only member %d ms, right after its start %d ms", stopped, begun);
        // It has 10 s for a leave that is not orderly.
        assertThat(stopped).isLessThan(9000);
        assertThat(begun).isLessThan(9000);
        assertThat(view.getLocalMember().isLeader()).isFalse();
    }

    /** Camel's own view calls listeners under a lock that removeEventListener takes. */
    @Test
    void aListenerMayRemoveItselfOrStopTheService() throws Exception {
        Seat seat = seat("first").start();
        CamelClusterView view = seat.view("ns");
        List<String> calls = new CopyOnWriteArrayList<>();
        view.addEventListener(new CamelClusterEventListener.Leadership() {
            @Override
            public void leadershipChanged(CamelClusterView from, CamelClusterMember leader) {
                if (from.getLocalMember().isLeader()) {
                    from.removeEventListener(this);
                    calls.add("leads");
                    // The stop does not wait for its own thread.
                    calls.add(millis(seat.service::stop) < 9000 ? "stopped" : "stopped late");
                }
            }
        });
        view.addEventListener(new Told());
        soon(() -> assertThat(calls).containsExactly("leads", "stopped"));
        soon(() -> assertThat(postgres.backends("camel-cluster %")).isEmpty());
    }

    @Test
    void aListenerThatComesLaterMayStopTheServiceAtItsFirstCall() throws Exception {
        Seat seat = seat("first").start();
        CamelClusterView view = seat.view("ns");
        soon(() -> assertThat(view.getLocalMember().isLeader()).isTrue());
        List<String> calls = new CopyOnWriteArrayList<>();
        view.addEventListener((CamelClusterEventListener.Leadership) (from, leader) -> {
            if (calls.isEmpty()) {
                calls.add("told");
                calls.add(millis(seat.service::stop) < 9000 ? "stopped" : "stopped late");
            }
        });
        soon(() -> assertThat(calls).containsExactly("told", "stopped"));
    }

    @Test
    void aClusteredRoutePolicyRunsARouteOnOne() throws Exception {
        Seat first = seat("first");
        Seat second = seat("second");
        for (Seat seat : List.of(first, second)) {
            seat.context.addService(seat.service);
            seat.context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() throws Exception {
                    from("timer:tick?period=100").routeId("clustered").routePolicy(ClusteredRoutePolicy.forNamespace("routes"))
                            .to("log:tick?level=DEBUG");
                }
            });
            seat.context.start();
        }
        assertOneRuns(first, second);
    }

    @Test
    void aClusteredRouteControllerRunsAllRoutesOnOne() throws Exception {
        Seat first = seat("first");
        Seat second = seat("second");
        for (Seat seat : List.of(first, second)) {
            ClusteredRouteController controller = new ClusteredRouteController();
            controller.setNamespace("routes");
            controller.setClusterService(seat.service);
            seat.context.addService(seat.service);
            seat.context.setRouteController(controller);
            seat.context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("timer:tick?period=100").routeId("clustered").to("log:tick?level=DEBUG");
                }
            });
            seat.context.start();
        }
        assertOneRuns(first, second);
    }

    private static void assertOneRuns(Seat first, Seat second) {
        soon(() -> assertThat(first.runs("clustered")).isTrue());
        assertThat(second.runs("clustered")).isFalse();
        first.close();
        soon(() -> assertThat(second.runs("clustered")).isTrue());
    }

    @Test
    void withoutADatabaseItDoesNotStart() {
        Seat seat = seat("lost");
        seat.service.setUrl(null);
        assertThatThrownBy(() -> seat.start()).hasStackTraceContaining("No database: set the option url or the option dataSource,"
                + " on the cluster service");
    }

    @Test
    void theOnlyDataSourceOfTheRegistryWillDo() throws Exception {
        Seat seat = seat("first");
        seat.service.setUrl(null);
        seat.context.getRegistry().bind("database", postgres.dataSource());
        CamelClusterView view = seat.start().view("ns");
        soon(() -> assertThat(view.getLocalMember().isLeader()).isTrue());
    }

    @Test
    void propertiesOfCamelMainWillDo() throws Exception {
        Main main = new Main();
        main.addInitialProperty("camel.beans.cluster", "#class:" + PgPubSubClusterService.class.getName());
        main.addInitialProperty("camel.beans.cluster.id", "from main");
        main.addInitialProperty("camel.beans.cluster.url", postgres.url());
        main.addInitialProperty("camel.beans.cluster.user", postgres.user());
        main.addInitialProperty("camel.beans.cluster.password", postgres.password());
        main.addInitialProperty("camel.beans.cluster.acquireInterval", "1s");
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                // camel-main looks for cluster services before it creates the beans of its properties.
                getContext().addService(getContext().getRegistry().findSingleByType(CamelClusterService.class));
            }
        });
        try (LoggedLines logged = LoggedLines.capture()) {
            Configurator.setLevel("org.apache.camel.main", Level.INFO);
            Configurator.setLevel("org.apache.camel.impl.engine.DefaultCamelContextExtension", Level.INFO);
            Configurator.setLevel("org.apache.camel.component.properties", Level.INFO);
            main.start();
            CamelClusterView view = ClusterServiceHelper.mandatoryLookupService(main.getCamelContext()).getView("ns");
            soon(() -> assertThat(view.getLocalMember().isLeader()).isTrue());
            assertThat(view.getLocalMember().getId()).isEqualTo("from main");
            assertThat(((PgPubSubClusterService) view.getClusterService()).getAcquireInterval()).isEqualTo(1000);
            assertThat(logged.lines()).noneMatch(line -> line.contains(postgres.password()));
        } finally {
            main.stop();
        }
    }

    @Test
    void aWrongPasswordFailsEachAttemptUntilItIsRight() throws Exception {
        postgres.createRole("keeper", "Gehe1m");
        Seat seat = seat("keeper");
        seat.service.setUser("keeper");
        seat.service.setPassword("Gehe1m?");
        seat.start();
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThatThrownBy(() -> seat.view("ns")).hasStackTraceContaining("password authentication failed")
                    .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain("Gehe1m"));
        }
        seat.service.stop();
        seat.service.setPassword("Gehe1m");
        seat.service.start();
        CamelClusterView view = seat.view("ns");
        soon(() -> assertThat(view.getLocalMember().isLeader()).isTrue());
    }

    private static String stackTrace(Throwable failure) {
        return Stream.iterate(failure, each -> each != null, Throwable::getCause).map(Throwable::toString).toList().toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "forty-three characters, which is one too many", "zwölf", "two\nlines"})
    void anIdThatOthersCouldNotSeeIsRefused(String id) {
        assertThatThrownBy(() -> new PgPubSubClusterService().setId(id)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 42 printable ASCII characters");
    }

    @Test
    void theLongestIdArrivesWhole() throws Exception {
        String longest = "x".repeat(42);
        seat(longest).start().view("ns");
        CamelClusterView view = seat("second").start().view("ns");
        soon(() -> assertThat(view.getMembers()).extracting(CamelClusterMember::getId)
                .containsExactlyInAnyOrder(longest, "second"));
    }

    @Test
    void ofItselfAnIdIsUnique() {
        assertThat(new PgPubSubClusterService().getId()).isNotEqualTo(new PgPubSubClusterService().getId());
    }

    private static long millis(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }

    private static void soon(ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    private static void print(String format, Object... values) {
        System.out.println("figures: " + String.format(format, values));
    }

    @Test
    void timesOutOfRangeAreRefused() {
        PgPubSubClusterService service = new PgPubSubClusterService();
        assertThatThrownBy(() -> service.setLeaderTimeout(99)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The option leaderTimeout is 99; it must be 0 or at least 100");
        assertThatThrownBy(() -> service.setLeaderTimeout(Long.MAX_VALUE)).hasMessageContaining("it must be at most 2073600000");
        assertThatThrownBy(() -> service.setAcquireInterval(0)).hasMessageContaining("it must be at least 1");
        assertThatThrownBy(() -> service.setAcquireInterval(Long.MAX_VALUE))
                .hasMessageContaining("it must be at most 2073600000");
        service.setLeaderTimeout(0);
        service.setLeaderTimeout(100);
    }
}
