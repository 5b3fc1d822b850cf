package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits hang, connections break during commits, messages are refused: each sender learns the outcome of its own message. */
@Tag("long")
class BadDayPublishingIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    /** Maximum waiting messages of a {@link PgPubSub}. */
    private static final int CAPACITY = 10_000;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(CommitLock.SETTINGS);

    /** Outcomes of messages: committed, or the reason of the failure. */
    private static final class Outcomes {

        private static final Object COMMITTED = new Object();
        private final Map<String, Object> all = new ConcurrentHashMap<>();

        void send(PgPubSub pubSub, String payload, Duration timeout) {
            pubSub.publish("bad day", payload, timeout, failure -> all.put(payload, failure == null ? COMMITTED : failure));
        }

        void send(PgPubSub pubSub, List<String> payloads) {
            payloads.forEach(payload -> send(pubSub, payload, LONG));
        }

        List<Object> of(List<String> payloads) {
            soon(() -> assertThat(all.keySet()).containsAll(payloads));
            return payloads.stream().map(all::get).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoWasInABatchWhoseConnectionBrokeIsToldSoAndTheOthersGoOn(boolean ended) throws Exception {
        List<String> batch = numbers("batch", 100);
        List<String> queued = numbers("queued", 100);
        Outcomes outcomes = new Outcomes();
        Arrivals arrivals = new Arrivals();
        try (Proxy proxy = new Proxy(postgres.server());
                PgPubSub pubSub = pubSub(Application.url(proxy, postgres));
                Application application = new Application(postgres)
                        .receive("in", "pgpubsub:bad day?singleListener=false", arrivals).start()) {
            outcomes.send(pubSub, "connected", LONG);
            outcomes.of(List.of("connected"));
            int backend = postgres.backends("pgpubsub publish").get(0);
            inOneBatch(pubSub, outcomes, batch, () -> {
                outcomes.send(pubSub, queued);
                if (ended) {
                    postgres.terminate(backend);
                } else {
                    proxy.reset();
                }
                soon(() -> assertThat(outcomes.all.keySet()).containsAll(batch));
            });

            assertThat(outcomes.of(batch)).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(UnknownOutcomeException.class)
                    .extracting(failure -> ((SQLException) failure).getSQLState()).isEqualTo(ended ? "57P01" : "08006"));
            assertThat(outcomes.of(queued)).containsOnly(Outcomes.COMMITTED);
            soon(() -> assertThat(arrivals.bodies()).containsAll(queued));
            assertThat(arrivals.bodies().stream().filter(queued::contains)).as("in order, once")
                    .containsExactlyElementsOf(queued);
            assertThat(application.backends("listen")).hasSize(1);
        }
    }

    /** Waits for the message's timeout, then fails with "Not sent". */
    @Test
    void whenTooManyWaitTheNextOneWaitsAndThenFails() throws Exception {
        List<String> all = numbers("full", CAPACITY);
        Outcomes outcomes = new Outcomes();
        Arrivals arrivals = new Arrivals();
        try (PgPubSub pubSub = pubSub(postgres.url());
                Application application = new Application(postgres)
                        .receive("in", "pgpubsub:bad day?singleListener=false", arrivals).start()) {
            outcomes.send(pubSub, "connected", LONG);
            outcomes.of(List.of("connected"));
            long waited;
            try (CommitLock lock = CommitLock.take(postgres)) {
                outcomes.send(pubSub, "in flight", LONG);
                CommitLock.awaitWaiting(postgres, postgres.backends("pgpubsub publish").get(0));
                outcomes.send(pubSub, all);
                long begin = System.nanoTime();
                outcomes.send(pubSub, "one too many", Duration.ofMillis(700));
                waited = (System.nanoTime() - begin) / 1_000_000;
                assertThat(outcomes.of(List.of("one too many"))).singleElement().isInstanceOf(SQLTimeoutException.class)
                        .asString().contains("Not sent: " + CAPACITY + " notifications are already waiting");
                assertThat(outcomes.all).as("told so far").hasSize(2);
                lock.release();
            }
            assertThat(outcomes.of(all)).containsOnly(Outcomes.COMMITTED);
            soon(() -> assertThat(arrivals.bodies()).hasSize(CAPACITY + 2).doesNotContain("one too many"));
            Figures.print("a full queue of %d: the next sender with 700 ms waited %d ms", CAPACITY, waited);
            assertThat(waited).isBetween(690L, 5000L);
            assertThat(application.isReceiving("in")).isTrue();
        }
    }

    /** A server whose encoding lacks a character refuses the whole batch. */
    @Test
    void aMessageThatTheServerRefusesFailsAlone() throws Exception {
        String latin1 = "latin1_" + System.nanoTime();
        postgres.execute("create database " + latin1 + " encoding 'LATIN1' locale 'C' template template0");
        List<String> good = numbers("caf\u00e9", 50);
        List<String> bad = List.of("20 \u20ac", "\u0394t");
        List<String> batch = new ArrayList<>(good);
        batch.add(10, bad.get(0));
        batch.add(bad.get(1));
        Outcomes outcomes = new Outcomes();
        Arrivals arrivals = new Arrivals();
        try (PgPubSub pubSub = pubSub(postgres.server().url(latin1)); Application application = new Application(postgres)) {
            application.configuration().setUrl(postgres.server().url(latin1));
            application.receive("in", "pgpubsub:bad day?singleListener=false", arrivals).start();
            outcomes.send(pubSub, "connected", LONG);
            outcomes.of(List.of("connected"));
            inOneBatch(pubSub, outcomes, batch, null);

            assertThat(outcomes.of(good)).containsOnly(Outcomes.COMMITTED);
            assertThat(outcomes.of(bad)).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(SQLException.class)
                    .isNotInstanceOf(UnknownOutcomeException.class).asString().contains("LATIN1"));
            soon(() -> assertThat(arrivals.bodies().stream().filter(good::contains)).containsExactlyElementsOf(good));
        }
    }

    /** Sends all of these together, and runs the action while they are under way. */
    private static void inOneBatch(PgPubSub pubSub, Outcomes outcomes, List<String> batch, Runnable meanwhile) throws Exception {
        int backend = (int) postgres.number("select pid from pg_stat_activity where application_name = 'pgpubsub publish'");
        try (CommitLock first = CommitLock.take(postgres)) {
            outcomes.send(pubSub, "ahead", LONG);
            CommitLock.awaitWaiting(postgres, backend);
            // They queue up behind the message that waits for its commit.
            outcomes.send(pubSub, batch);
            if (meanwhile == null) {
                return;
            }
            try (CommitLock second = CommitLock.take(postgres)) {
                first.release();
                outcomes.of(List.of("ahead"));
                CommitLock.awaitWaiting(postgres, backend);
                meanwhile.run();
                second.release();
            }
        }
    }

    private static PgPubSub pubSub(String url) {
        return PgPubSub.to(new UrlConnectionSource(url, postgres.user(), postgres.password()))
                .reconnect(Duration.ofMillis(20), Duration.ofMillis(200)).build();
    }

    private static List<String> numbers(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + " " + i).toList();
    }
}
