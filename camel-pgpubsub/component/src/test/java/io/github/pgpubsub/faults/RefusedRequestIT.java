package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The server refuses a request of one subscriber: the failure is reported to this subscriber, and others on its session
 * continue.
 */
@Tag("long")
class RefusedRequestIT {

    private static final String LATIN1 = "latin1";
    private static final List<String> TWENTY = IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toList();

    /** A lock table that is soon full. */
    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of(
            "max_connections", "20", "max_locks_per_transaction", "10", "max_worker_processes", "0"));

    private static final class Inbox implements MessageHandler, SubscriptionListener {

        final List<String> payloads = new CopyOnWriteArrayList<>();
        final List<Exception> failures = new CopyOnWriteArrayList<>();

        @Override
        public void handle(Message message) {
            if (message instanceof Message.Notification notification) {
                payloads.add(notification.payload());
            }
        }

        @Override
        public void failed(Exception failure) {
            failures.add(failure);
        }
    }

    @BeforeAll
    static void create() {
        postgres.execute("create database latin1 encoding 'LATIN1' locale 'C' template template0");
        postgres.execute("create database euc encoding 'EUC_JP' locale 'C' template template0");
    }

    @AfterAll
    static void drop() {
        postgres.execute("drop database latin1 with (force)");
        postgres.execute("drop database euc with (force)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChannelThatTheEncodingLacksIsNobodyElsesFailure(boolean singleListener) throws Exception {
        Inbox good = new Inbox();
        Inbox bad = new Inbox();
        Inbox late = new Inbox();
        try (PgPubSub pubSub = pubSub(LATIN1);
                Subscription first = pubSub.subscribe(options("good", singleListener), good, good);
                Subscription second = pubSub.subscribe(options("pri€s", singleListener), bad, bad);
                Subscription third = pubSub.subscribe(options("late", singleListener), late, late)) {
            soon(() -> assertThat(bad.failures).isNotEmpty());
            soon(() -> assertThat(List.of(first, third)).allMatch(Subscription::isReceiving));
            for (String number : TWENTY) {
                pubSub.publish("good", number, Duration.ofSeconds(10), failure -> {});
                pubSub.publish("late", number, Duration.ofSeconds(10), failure -> {});
            }
            soon(() -> assertThat(good.payloads).isEqualTo(TWENTY));
            soon(() -> assertThat(late.payloads).isEqualTo(TWENTY));
            assertThat(bad.failures).allSatisfy(failure -> assertThat(((SQLException) failure).getSQLState()).isEqualTo("22P05"));
            assertThat(good.failures).isEmpty();
            assertThat(late.failures).isEmpty();
            assertThat(first.status().session().reconnects()).isZero();
            // The request is repeated, with growing pauses.
            assertThat(bad.failures).hasSizeLessThan(20);
        }
    }

    /** After some seconds alone, the member would try the leader's lock again and again, if it could. */
    @Test
    void whoIsRefusedForLongDoesNotKeepTheSessionFromReading() throws Exception {
        Inbox good = new Inbox();
        try (PgPubSub pubSub = pubSub(LATIN1);
                Subscription first = pubSub.subscribe(options("good", false), good, good);
                Subscription second = pubSub.subscribe(options("pri€s", true), new Inbox())) {
            soon(() -> assertThat(first.isReceiving()).isTrue());
            soon(() -> assertThat(second.status().group()).satisfies(group -> {
                assertThat(group.role()).isEqualTo(Role.COLD);
                assertThat(group.roleFor()).isGreaterThan(Duration.ofSeconds(5));
            }));
            pubSub.publish("good", "hello", Duration.ofSeconds(10), failure -> {});
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(good.payloads).containsExactly("hello"));
            assertThat(first.status().session().reconnects()).isZero();
        }
    }

    /** The server would truncate the name, with a notice, and listen to another channel. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNameThatIsTooLongInTheServersEncodingIsRefused(boolean singleListener) throws Exception {
        Inbox good = new Inbox();
        Inbox bad = new Inbox();
        try (PgPubSub pubSub = pubSub("euc");
                Subscription first = pubSub.subscribe(options("ä".repeat(21), singleListener), good, good);
                Subscription second = pubSub.subscribe(options("ä".repeat(31), singleListener), bad, bad)) {
            soon(() -> assertThat(bad.failures).isNotEmpty());
            assertThat(bad.failures).allSatisfy(failure -> assertThat(failure).hasMessageContaining("has more than 63 bytes"));
            assertThat(second.status().trouble()).contains("has more than 63 bytes");
            soon(() -> assertThat(first.isReceiving()).isTrue());
            assertThat(second.isReceiving()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void healthSaysWhatTheServerRefuses(boolean singleListener) throws Exception {
        Arrivals good = new Arrivals();
        try (Application application = new Application(postgres)) {
            application.configuration().setUrl(postgres.server().url(LATIN1));
            application.receive("good", "pgpubsub:good?singleListener=" + singleListener, good)
                    .receive("bad", "pgpubsub:pri%E2%82%ACs?singleListener=" + singleListener, new Arrivals())
                    .receive("group", "pgpubsub:good?group=another", new Arrivals())
                    .start();
            soon(() -> assertThat(application.health("bad").getMessage()).hasValueSatisfying(message -> assertThat(message)
                    .startsWith("The server refuses its request").contains("LATIN1")));
            assertThat(application.health("bad").getState()).isEqualTo(HealthCheck.State.DOWN);
            assertThat(application.isReceiving("bad")).isFalse();
            assertThat(application.consumer("bad").getTrouble()).contains("LATIN1");
            soon(() -> assertThat(application.health("good").getState()).isEqualTo(HealthCheck.State.UP));
            assertThat(application.health("good").getDetails()).doesNotContainKey("trouble");
            application.send("pgpubsub:good", "hello");
            good.awaitBodies("hello");
            soon(() -> assertThat(application.health("group").getDetails())
                    .containsEntry("contextLocks", singleListener ? 6 : 2));
        }
    }

    /** Each group needs locks, and the table has room for only some of them. Consumers without locks are not affected. */
    @Test
    void aFullTableOfLocksIsTheFailureOfThoseWhoNeedOne() throws Exception {
        Inbox broadcast = new Inbox();
        Inbox leader = new Inbox();
        Inbox members = new Inbox();
        try (PgPubSub pubSub = pubSub(postgres.database());
                Subscription listener = pubSub.subscribe(options("all", false), broadcast, broadcast);
                Subscription before = pubSub.subscribe(options("before", true), leader, leader);
                Connection hog = postgres.connect();
                Statement statement = hog.createStatement()) {
            soon(() -> assertThat(before.isReceiving()).isTrue());
            fill(statement);
            CompletableFuture<Subscription> start = CompletableFuture.supplyAsync(() -> {
                try {
                    return pubSub.subscribe(options("group", true), members, members);
                } catch (SQLException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            soon(() -> assertThat(members.failures).hasSizeGreaterThan(2));
            // Present leaders continue.
            assertThat(before.isReceiving()).isTrue();
            statement.execute("select pg_advisory_unlock_all()");
            try (Subscription group = start.get()) {
                soon(() -> assertThat(group.isReceiving()).isTrue());
                soon(() -> assertThat(group.status().trouble()).isNull());
                for (String channel : List.of("all", "before", "group")) {
                    postgres.notify(channel, channel);
                }
                soon(() -> assertThat(members.payloads).containsExactly("group"));
                soon(() -> assertThat(broadcast.payloads).containsExactly("all"));
                soon(() -> assertThat(leader.payloads).containsExactly("before"));
            }
            assertThat(members.failures).allSatisfy(
                    failure -> assertThat(((SQLException) failure).getSQLState()).isEqualTo("53200"));
            assertThat(broadcast.failures).isEmpty();
            assertThat(listener.status().session().reconnects()).isZero();
        }
    }

    private static void fill(Statement statement) throws SQLException {
        try {
            for (int i = 0; i < 1_000_000; i++) {
                statement.execute("select pg_advisory_lock(-" + i + ")");
            }
        } catch (SQLException full) {
            assertThat(full.getSQLState()).isEqualTo("53200");
        }
    }

    private static SubscriptionOptions options(String channel, boolean singleListener) {
        return SubscriptionOptions.to(channel).singleListener(singleListener).build();
    }

    private static PgPubSub pubSub(String database) {
        return PgPubSub.to(new UrlConnectionSource(postgres.server().url(database), postgres.user(), postgres.password()))
                .build();
    }
}
