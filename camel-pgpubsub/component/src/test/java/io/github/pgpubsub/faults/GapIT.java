package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.JsonPayloadException;
import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.camel.RecordedFailures;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server keeps nothing for a lost connection. The gap is reported to the listener, at the right position. */
@Tag("long")
class GapIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @CsvSource({"true, never, 1 2 3 4 5 6", "true, reconnect, 1 2 gap 3 4 gap 5 6", "true, always, gap 1 2 gap 3 4 gap 5 6",
        "false, never, 1 2 3 4 5 6", "false, reconnect, 1 2 gap 3 4 gap 5 6", "false, always, gap 1 2 gap 3 4 gap 5 6"})
    void aGapStandsBetweenWhatCameBeforeAndAfter(boolean singleListener, String gapMarker, String expected) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Application application = new Application(postgres).receive("in",
                "pgpubsub:place?singleListener=" + singleListener + "&gapMarker=" + gapMarker, arrivals).start()) {
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.notify("place", "1");
            postgres.notify("place", "2");
            arrivals.awaitBody("2");
            for (int next = 3; next < 6; next += 2) {
                int lost = application.backends("listen").get(0);
                long begin = System.nanoTime();
                postgres.terminate(lost);
                soon(() -> {
                    assertThat(application.backends("listen")).isNotEmpty().doesNotContain(lost);
                    assertThat(application.isReceiving("in")).isTrue();
                });
                long longest = (System.nanoTime() - begin) / 1_000_000;
                postgres.notify("place", String.valueOf(next));
                postgres.notify("place", String.valueOf(next + 1));
                arrivals.awaitBody(String.valueOf(next + 1));
                assertThat(arrivals.gaps()).extracting(Arrivals.Arrival::gap).allMatch(millis -> millis <= longest + 1000);
            }
            assertThat(arrivals.all()).extracting(each -> each.gap() == null ? each.body() : "gap")
                    .containsExactly(expected.split(" "));
        }
    }

    /** A cache that follows a table: it loads the table at each gap, and applies the notifications in between. */
    private static final class Cache implements Processor, AutoCloseable {

        private final Set<Long> rows = new ConcurrentSkipListSet<>();
        private final AtomicLong loads = new AtomicLong();
        private final Connection connection = postgres.connect();

        Cache() throws SQLException {}

        @Override
        public void process(Exchange exchange) throws Exception {
            if (exchange.getMessage().getHeader(PgPubSubConstants.GAP) == null) {
                rows.add(exchange.getMessage().getBody(Long.class));
                return;
            }
            // In the windows: after it listens and before it has loaded; after it has loaded and before it continues.
            insert(connection);
            rows.clear();
            load();
            insert(connection);
            loads.incrementAndGet();
        }

        private void load() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet all = statement.executeQuery("select id from item")) {
                while (all.next()) {
                    rows.add(all.getLong(1));
                }
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCacheThatLoadsAtEachGapMissesNothing(boolean singleListener) throws Exception {
        int losses = 20;
        postgres.execute("""
                drop table if exists item;
                create table item (id bigint generated always as identity);
                create or replace function notify_item() returns trigger language plpgsql as
                $$ begin perform pg_notify('item', new.id::text); return null; end $$;
                create trigger notify_item after insert on item for each row execute function notify_item()""");
        try (Cache cache = new Cache();
                Connection lost = postgres.connect();
                Proxy proxy = new Proxy(postgres.server());
                Application application = new Application(postgres).through(proxy).route(route -> route
                        .from("pgpubsub:item?gapMarker=always&singleListener=" + singleListener).routeId("in").process(cache))) {
            // With this delay, LISTEN takes longer than the cache takes to load.
            proxy.delay(Duration.ofMillis(10));
            // A row that is inserted while nobody listens.
            application.configuration().setConnectionCustomizer(connection -> insert(lost));
            application.start();
            soon(() -> assertThat(cache.loads).hasValue(1));
            Inserts inserts = new Inserts();
            inserts.start();
            for (int i = 1; i <= losses; i++) {
                int loss = i;
                postgres.terminate(application.backends("listen").get(0));
                soon(() -> assertThat(cache.loads).hasValue(1 + loss));
            }
            inserts.end();
            List<Long> table = postgres.strings("select id from item order by id").stream().map(Long::valueOf).toList();
            soon(() -> assertThat(cache.rows).containsExactlyElementsOf(table));
            Figures.print("a cache that loads at each gap, singleListener=%b: %d losses, %d rows, missed none", singleListener,
                    losses, table.size());
        }
    }

    /** About a thousand rows a second, one after the other. */
    private static final class Inserts extends Thread {

        private volatile boolean ending;

        @Override
        public void run() {
            try (Connection connection = postgres.connect()) {
                while (!ending) {
                    insert(connection);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        void end() throws InterruptedException {
            ending = true;
            join();
        }
    }

    private static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into item default values");
        }
    }

    /** Losses, attempts to reconnect, unreadable payloads, failing routes: one handler gets them all. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void everyFailureReachesTheOneWhoHandlesFailures(boolean bridged, boolean singleListener) throws Exception {
        RecordedFailures handler = new RecordedFailures();
        List<Throwable> failures = handler.all();
        Arrivals arrivals = new Arrivals();
        String uri = "pgpubsub:failures?payloadFormat=json&reconnectDelay=20&singleListener=" + singleListener;
        try (Proxy proxy = new Proxy(postgres.server()); Application application = new Application(postgres).through(proxy)) {
            if (bridged) {
                application.route(route -> {
                    route.onException(Exception.class).handled(true)
                            .process(exchange -> failures.add(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class)));
                    route.from(uri + "&bridgeErrorHandler=true").routeId("in").process(arrivals).process(GapIT::fail);
                });
            } else {
                application.context().getRegistry().bind("mine", handler);
                application.route(route -> route.from(uri + "&exceptionHandler=#mine").routeId("in")
                        .errorHandler(route.noErrorHandler()).process(arrivals).process(GapIT::fail));
            }
            application.start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.notify("failures", "no JSON");
            soon(() -> assertThat(failures).hasSize(1).last().isInstanceOf(JsonPayloadException.class));
            postgres.notify("failures", "\"fail\"");
            soon(() -> assertThat(failures).hasSize(2).last().isInstanceOf(IllegalStateException.class));
            proxy.refuse(true);
            proxy.reset();
            soon(() -> assertThat(failures).hasSizeGreaterThan(5));
            proxy.refuse(false);
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            assertThat(failures.stream().skip(2)).allMatch(SQLException.class::isInstance);
            assertThat(failures.stream().skip(3).map(Throwable::getMessage).collect(Collectors.toSet()))
                    .allMatch(message -> message.contains("refused") || message.contains("connection attempt failed"));
            postgres.notify("failures", "\"well\"");
            arrivals.awaitBodies("fail", "well");
        }
    }

    private static void fail(Exchange exchange) {
        if ("fail".equals(exchange.getMessage().getBody())) {
            throw new IllegalStateException("as it was told");
        }
    }
}
