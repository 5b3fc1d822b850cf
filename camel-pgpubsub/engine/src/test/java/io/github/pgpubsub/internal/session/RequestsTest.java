package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What a session learns about its connection from the answers to its subscribers' requests. */
class RequestsTest {

    private static final String OWN_MARKS = "marks";
    private static final Duration DELAY = Duration.ofMillis(60);
    /** One round trip. */
    private static final long ROUND_TRIP = DELAY.multipliedBy(2).toNanos();

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void aRoundTripIsTheLongestOfTheLastTenRequests() throws SQLException {
        try (Proxy proxy = new Proxy(postgres.server()); ServerConnection connection = open(proxy)) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            SessionStream stream = requests.of(null);
            assertThat(stream.roundTrip()).isZero();

            proxy.delay(DELAY);
            stream.notify("some channel", "control messages don't count", committed -> {});
            requests.flush();
            assertThat(stream.roundTrip()).isZero();

            requests.check();
            assertThat(stream.roundTrip()).isGreaterThanOrEqualTo(ROUND_TRIP);

            proxy.delay(Duration.ZERO);
            long longest = 0;
            for (int i = 0; i < 9; i++) {
                longest = Math.max(longest, check(requests));
                assertThat(stream.roundTrip()).isGreaterThanOrEqualTo(ROUND_TRIP);
            }
            longest = Math.max(longest, check(requests));
            // On a busy machine these may take long, too, but the first one has been forgotten.
            assertThat(stream.roundTrip()).isPositive().isLessThanOrEqualTo(longest);
        }
    }

    @Test
    void anAnswerProvesThatTheSessionWasThereWhenItWasAsked() throws SQLException {
        try (Proxy proxy = new Proxy(postgres.server()); ServerConnection connection = open(proxy)) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            SessionStream stream = requests.of(null);
            proxy.delay(DELAY);
            long before = System.nanoTime();
            stream.holders(List.of(1L), holders -> assertThat(age(stream)).isGreaterThanOrEqualTo(ROUND_TRIP));
            requests.flush();
            assertThat(stream.lastProof() - before).isPositive();
            assertThat(age(stream)).isGreaterThanOrEqualTo(ROUND_TRIP);

            long answered = stream.lastProof();
            requests.proven(answered - 1);
            assertThat(stream.lastProof()).isEqualTo(answered);
        }
    }

    /** Otherwise the session would never read again. */
    @Test
    void whoAsksAgainAndAgainIsAnsweredAMomentLater() throws SQLException {
        try (Proxy proxy = new Proxy(postgres.server()); ServerConnection connection = open(proxy)) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            SessionStream stream = requests.of(null);
            AtomicInteger answers = new AtomicInteger();
            askAgain(stream, answers);
            assertThat(requests.flush()).isTrue();
            int first = answers.get();
            assertThat(first).isPositive();
            assertThat(requests.flush()).isTrue();
            assertThat(answers).hasValueGreaterThan(first);
        }
    }

    /** Every consumer asks such questions when it starts, and nobody depends on them. */
    @Test
    void aQuestionOfManyIsAskedOnceAndAnotherOneLater() throws SQLException {
        AtomicInteger asked = new AtomicInteger();
        try (Proxy proxy = new Proxy(postgres.server()); ServerConnection connection = open(proxy)) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), asked::incrementAndGet);
            SessionStream stream = requests.of(null);
            List<String> told = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                stream.ask("select ?::text", List.of("many"), told::addAll);
            }
            stream.ask("select ?::text", List.of("one"), told::addAll);
            assertThat(requests.flush()).isTrue();
            assertThat(told).containsExactly("many", "many", "many");
            assertThat(asked).hasValue(1);
            assertThat(requests.flush()).isTrue();
            assertThat(told).containsExactly("many", "many", "many", "one");
            assertThat(requests.flush()).isFalse();
        }
    }

    /** The server compares each notification with the channels of a session in their order; few go over shared channels. */
    @Test
    void manySharedChannelsAreMovedBehindAsManyOthersAndNoMessageIsMissed() throws Exception {
        // As many as there are control channels: the driver would send all commands in two transactions.
        int many = 128;
        AtomicInteger sent = new AtomicInteger();
        try (Proxy proxy = new Proxy(postgres.server());
                ServerConnection connection = open(proxy);
                Connection other = postgres.connect();
                Statement sending = other.createStatement()) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            SessionStream stream = requests.of(null);
            AtomicBoolean done = new AtomicBoolean();
            for (int i = 0; i < many; i++) {
                stream.listen(new Address("shared " + i, "tag"), new RecordingSubscriber("shared"), () -> {});
            }
            requests.flush();
            Thread sender = new Thread(() -> {
                while (!done.get()) {
                    for (int i = 0; i < many; i++) {
                        notify(sending, "shared " + i, sent.incrementAndGet());
                    }
                }
            });
            sender.start();
            List<String> payloads = new ArrayList<>();
            List<String> order = new ArrayList<>();
            for (int group = 0; group < 20; group++) {
                for (int i = 0; i < many; i++) {
                    stream.listen(Address.of("of group " + group + ", " + i), new RecordingSubscriber("others"), () -> {});
                }
                requests.flush();
                assertThat(listening(connection)).last().asString().startsWith("of group " + group);
                assertThat(requests.flush()).isFalse();
                order = listening(connection);
                assertThat(order.subList(order.size() - many, order.size())).allMatch(each -> each.startsWith("shared"));
                read(connection, payloads);
            }
            done.set(true);
            sender.join();
            await().untilAsserted(() -> {
                read(connection, payloads);
                assertThat(payloads).hasSizeGreaterThanOrEqualTo(sent.get());
            });
            assertThat(payloads).isEqualTo(IntStream.rangeClosed(1, sent.get()).mapToObj(Integer::toString).toList());

            stream.listen(Address.of("one more"), new RecordingSubscriber("others"), () -> {});
            requests.flush();
            requests.flush();
            order.add("one more");
            assertThat(listening(connection)).isEqualTo(order);
        }
    }

    private static void notify(Statement sending, String channel, int payload) {
        try {
            sending.execute("notify \"" + channel + "\", '" + payload + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> listening(ServerConnection connection) throws SQLException {
        List<String> channels = new ArrayList<>();
        try (Statement statement = connection.jdbc().createStatement();
                ResultSet rows = statement.executeQuery("select pg_listening_channels()")) {
            while (rows.next()) {
                channels.add(rows.getString(1));
            }
        }
        return channels;
    }

    private static void read(ServerConnection connection, List<String> payloads) throws SQLException {
        PGNotification[] read = connection.pg().getNotifications(1);
        if (read != null) {
            Stream.of(read).map(PGNotification::getParameter).forEach(payloads::add);
        }
    }

    /** A lock call acts at once and a NOTIFY only at commit, so each group of statements is committed before the next is sent. */
    @Test
    void groupsAreAnsweredInTheirOrderWhateverTheOrderOfTheWishes() throws SQLException {
        try (Proxy proxy = new Proxy(postgres.server()); ServerConnection connection = open(proxy)) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            RecordingSubscriber one = new RecordingSubscriber("one");
            SessionStream stream = requests.of(one);
            stream.tryLock(1, acquired -> {});
            requests.flush();

            List<String> told = new ArrayList<>();
            stream.names(List.of(stream.backend()),
                    names -> told.add("names " + names.keySet().equals(Set.of(stream.backend()))));
            stream.holders(List.of(1L, 2L), holders -> told.add("holders " + holders));
            stream.tryLock(2, acquired -> told.add("lock " + acquired));
            stream.unlock(1, () -> told.add("unlock"));
            stream.notify("channel", "payload", committed -> {
                told.add("notify " + committed);
                stream.unlock(2, () -> told.add("unlock what is not held"));
                stream.listen(Address.of("another"), one, () -> told.add("another, in the next round"));
            });
            stream.listen(Address.of("channel"), one, () -> told.add("listen"));
            assertThat(requests.flush()).isTrue();
            assertThat(told).containsExactly("listen", "notify true", "unlock", "unlock what is not held", "lock true",
                    "holders {2=[" + stream.backend() + "]}", "names true", "another, in the next round");
            assertThat(requests.receivers().of("another")).containsExactly(one);
            assertThat(requests.flush()).isFalse();
        }
    }

    /** What is said later may depend on what was said before. */
    @Test
    void behindARefusedNotificationItsSubscriberSendsNothing() throws SQLException {
        try (Proxy proxy = new Proxy(postgres.server()); ServerConnection connection = open(proxy)) {
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            SessionStream one = requests.of(new RecordingSubscriber("one"));
            SessionStream two = requests.of(new RecordingSubscriber("two"));
            List<String> told = new ArrayList<>();
            connection.jdbc().createStatement().execute("listen said");
            one.notify("said", "first", committed -> told.add("first " + committed));
            one.notify("said", "x".repeat(9000), committed -> told.add("too long " + committed));
            two.notify("said", "other", committed -> told.add("other " + committed));
            one.notify("said", "later", committed -> {
                told.add("later " + committed);
                one.notify("said", "again", another -> told.add("again " + another));
            });
            assertThat(requests.flush()).isTrue();
            assertThat(told).containsExactly("first true", "too long false", "other true", "later false", "again true");
            List<String> heard = new ArrayList<>();
            await().until(() -> {
                for (PGNotification each : connection.pg().getNotifications()) {
                    heard.add(each.getParameter());
                }
                return heard.contains("again");
            });
            assertThat(heard).containsExactly("first", "other", "again");
        }
    }

    /** Who is refused repeats the request while it is sensible. A second time from here could end a session that has come back to life. */
    @Test
    void aRefusedTerminationIsForgottenWithTheNextOne() throws Exception {
        try (Proxy proxy = new Proxy(postgres.server());
                ServerConnection connection = open(proxy);
                Connection frozen = postgres.connect()) {
            frozen.createStatement().execute("select pg_advisory_lock(7)");
            int backend = frozen.unwrap(PGConnection.class).getBackendPID();
            Requests requests = new Requests(connection, OWN_MARKS, new Pulse(), () -> {});
            RecordingSubscriber one = new RecordingSubscriber("one");
            SessionStream stream = requests.of(one);
            rename("pg_terminate_backend", "gone");
            try {
                for (int i = 0; i < 3; i++) {
                    stream.terminate(backend, 7, allowed -> one.told.add("allowed " + allowed));
                    requests.flush();
                }
            } finally {
                rename("gone", "pg_terminate_backend");
            }
            assertThat(one.told).filteredOn(each -> each.startsWith("refused:")).hasSize(3);
            await().until(() -> {
                requests.flush();
                return one.told.get(one.told.size() - 1).equals("granted");
            });
            assertThat(frozen.isValid(5)).as("what was refused is not sent again").isTrue();
            one.told.clear();
            stream.terminate(backend, 8, allowed -> one.told.add("does not hold " + allowed));
            stream.terminate(backend, 7, allowed -> one.told.add("allowed " + allowed));
            requests.flush();
            assertThat(one.told).containsExactly("does not hold true", "allowed true");
            await().until(() -> !frozen.isValid(5));
        }
    }

    /** Of this database alone. */
    private static void rename(String from, String to) {
        postgres.execute("do $$ begin execute format('alter function %s rename to " + to
                + "', (select oid::regprocedure from pg_proc where proname = '" + from + "')); end $$");
    }

    /** As the caller sees it, nanoseconds. */
    private static long check(Requests requests) throws SQLException {
        long begin = System.nanoTime();
        requests.check();
        return System.nanoTime() - begin;
    }

    private static void askAgain(SessionStream stream, AtomicInteger answers) {
        stream.holders(List.of(1L), holders -> {
            answers.incrementAndGet();
            askAgain(stream, answers);
        });
    }

    private static long age(SessionStream stream) {
        return System.nanoTime() - stream.lastProof();
    }

    private static ServerConnection open(Proxy proxy) throws SQLException {
        String url = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database() + "?sslmode=disable";
        return ServerConnection.open(new UrlConnectionSource(url, postgres.user(), postgres.password()), "test",
                Duration.ofSeconds(10), null);
    }
}
