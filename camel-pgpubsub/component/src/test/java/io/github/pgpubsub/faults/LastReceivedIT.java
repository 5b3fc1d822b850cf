package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that arrived before the end of the connection are delivered, in order, before the gap. */
@Tag("long")
class LastReceivedIT {

    private static final List<String> TWENTY = IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toList();

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** The driver reads the notifications and the server's final error at once, and throws. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheDriverHasWhenItThrowsIsNotLost(boolean singleListener) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Proxy proxy = new Proxy(postgres.server());
                Application application = new Application(postgres).through(proxy)
                        .receive("in", "pgpubsub:last?gapMarker=reconnect&singleListener=" + singleListener, arrivals).start()) {
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            int backend = application.backends("listen").get(0);
            proxy.stall();
            postgres.notify("last", 1, TWENTY.size(), 0);
            postgres.terminate(backend);
            soon(() -> assertThat(application.backends("listen")).doesNotContain(backend));
            proxy.resume();
            soon(() -> assertThat(arrivals.gaps()).hasSize(1));
            postgres.notify("last", "again there");
            arrivals.awaitBodies(Stream.concat(TWENTY.stream(), Stream.of("again there")).toArray(String[]::new));
        }
    }

    /** Another route's full queue must not cause a loss here, so this queue takes the messages although it is full. */
    @Test
    void whoHasNoRoomGetsItAllTheSame() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Arrivals arrivals = new Arrivals();
        String lock = "select pid from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
                + " and (classid::bigint << 32) | objid::bigint = ?";
        long key = new GroupKey("led", "default").key(Lock.LEADER);
        try (Application application = new Application(postgres)
                .route(route -> route.from("pgpubsub:full?queueSize=5&gapMarker=reconnect&singleListener=false").routeId("full")
                        .errorHandler(route.noErrorHandler()).process(exchange -> go.await()).process(arrivals))
                // Its signs of life detect the end of the session while the session does not read.
                .receive("led", "pgpubsub:led?leaderTimeout=3000", new Arrivals())
                .start()) {
            soon(() -> assertThat(application.isReceiving("led")).isTrue());
            postgres.strings("select count(pg_notify('full', n::text)) from generate_series(1, 20) n");
            soon(() -> assertThat(application.health("full").getDetails()).containsKey("waitsFor"));
            int backend = application.backends("listen").get(0);
            assertThat(postgres.strings(lock, key)).containsExactly(String.valueOf(backend));
            postgres.terminate(backend);
            soon(() -> assertThat(postgres.strings(lock, key)).doesNotContain(String.valueOf(backend)).hasSize(1));
            go.countDown();
            soon(() -> assertThat(arrivals.gaps()).hasSize(1));
            arrivals.awaitBodies(TWENTY.toArray(String[]::new));
        }
    }
}
