package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Signs of life over the second connection: only of groups whose lock the listening connection holds. */
class AuxiliaryTest {

    private static final int GROUPS = 50;
    private static final String CHANNEL = "sign";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private Connection listening;
    private Connection standby;
    private int leader;
    private String server;
    private Auxiliary auxiliary;
    private final Map<Integer, Integer> sent = new HashMap<>();
    private final List<String> heard = new ArrayList<>();
    private final AtomicReference<Connection> late = new AtomicReference<>();

    @BeforeEach
    void open() throws SQLException {
        listening = postgres.connect();
        standby = postgres.connect();
        leader = listening.unwrap(PGConnection.class).getBackendPID();
        try (ServerConnection any = ServerConnection.open(source(), "test", Duration.ofSeconds(10), null)) {
            server = any.server();
        }
        auxiliary = auxiliary(source(), server);
        await().until(() -> auxiliary.backend() > 0);
        listening.createStatement().execute("listen " + CHANNEL);
        for (int group = 0; group < GROUPS; group++) {
            lock(listening, leaderLock(group));
        }
    }

    @AfterEach
    void close() throws SQLException {
        auxiliary.close();
        listening.close();
        standby.close();
    }

    private static UrlConnectionSource source() {
        return new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
    }

    private static Auxiliary auxiliary(ConnectionSource source, String server) {
        return new Auxiliary(source,
                new SessionOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), -1, Duration.ofSeconds(5),
                        Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                server, Thread::new);
    }

    /** Both halves of the key are used. */
    private static long leaderLock(int group) {
        return (long) group << 33 | group;
    }

    private static long standbyLock(int group) {
        return -1 - leaderLock(group);
    }

    private static void lock(Connection connection, long key) throws SQLException {
        connection.createStatement().execute("select pg_advisory_lock(" + key + ")");
    }

    private List<Subscriber.Sign> signs() {
        return IntStream.range(0, GROUPS).mapToObj(group -> new Subscriber.Sign(CHANNEL, "group " + group, leaderLock(group),
                standbyLock(group), backend -> sent.put(group, backend))).toList();
    }

    private List<String> heard() throws SQLException {
        for (PGNotification each : listening.unwrap(PGConnection.class).getNotifications()) {
            heard.add(each.getParameter());
        }
        return heard;
    }

    @Test
    void allSignsAreSentInOneCommitAndTheStandbysAreToldApart() throws SQLException {
        assertThat(auxiliary.backend()).isPositive();
        lock(standby, standbyLock(3));
        lock(standby, standbyLock(0));
        int second = standby.unwrap(PGConnection.class).getBackendPID();
        assertThat(auxiliary.send(signs(), leader)).isTrue();
        assertThat(sent).hasSize(GROUPS);
        sent.forEach((group, backend) -> assertThat(backend).as("standby of group %s", group)
                .isEqualTo(group == 0 || group == 3 ? second : 0));
        await().untilAsserted(() -> assertThat(heard()).hasSize(GROUPS));
        assertThat(heard).doesNotHaveDuplicates();
    }

    /** As nobody does who follows the protocol. */
    @Test
    void strangersWhoShareTheWatchedLockChangeNothingElse() throws SQLException {
        assertThat(auxiliary.backend()).isPositive();
        try (Connection stranger = postgres.connect()) {
            for (Connection each : List.of(standby, stranger)) {
                each.createStatement().execute("select pg_advisory_lock_shared(" + standbyLock(5) + ")");
            }
            assertThat(auxiliary.send(signs(), leader)).isTrue();
            assertThat(sent).hasSize(GROUPS).containsEntry(5,
                    Math.min(standby.unwrap(PGConnection.class).getBackendPID(),
                            stranger.unwrap(PGConnection.class).getBackendPID()));
        }
        await().untilAsserted(() -> assertThat(heard()).hasSize(GROUPS));
        assertThat(heard).doesNotHaveDuplicates();
    }

    @Test
    void whoseLockIsLostOrAnothersGivesNoSign() throws SQLException {
        assertThat(auxiliary.backend()).isPositive();
        listening.createStatement()
                .execute("select pg_advisory_unlock(" + leaderLock(7) + "), pg_advisory_unlock(" + leaderLock(8) + ")");
        lock(standby, leaderLock(8));
        assertThat(auxiliary.send(signs(), leader)).isFalse();
        assertThat(sent).hasSize(GROUPS - 2).doesNotContainKeys(7, 8);
        await().untilAsserted(() -> assertThat(heard()).hasSize(GROUPS - 2));
        assertThat(heard).doesNotContain("group 7", "group 8");
    }

    @Test
    void whatIsHeldIsOneQuestion() throws SQLException {
        lock(standby, standbyLock(1));
        assertThat(auxiliary.held(leader)).isEqualTo(
                IntStream.range(0, GROUPS).mapToObj(AuxiliaryTest::leaderLock).collect(Collectors.toSet()));
    }

    /** As behind a proxy after a fail-over: there, the number of the listening backend is anybody's. */
    @Test
    void aConnectionToAnotherServerIsNone() {
        try (Auxiliary elsewhere = auxiliary(source(), "another")) {
            assertThat(elsewhere.backend()).isZero();
            assertThat(elsewhere.held(leader)).isNull();
        }
    }

    /** As a pool that has no connection: HikariCP says so after half a minute. */
    @Test
    void theSessionDoesNotWaitForAPoolWithoutConnections() throws Exception {
        CountDownLatch given = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(2);
        try (Auxiliary slow = auxiliary(slow(asked, given), server)) {
            long begin = System.nanoTime();
            assertThat(slow.backend()).isZero();
            assertThat(slow.backend()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
            given.countDown();
            await().until(() -> slow.backend() > 0);
            assertThat(asked.getCount()).as("asked once").isEqualTo(1);
        }
    }

    /** The pool's reason comes later than the warning that its answer takes long, and says what to do. */
    @Test
    void theReasonOfASlowFailureIsTold() throws Exception {
        CountDownLatch answers = new CountDownLatch(1);
        ConnectionSource exhausted = new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                try {
                    answers.await();
                } catch (InterruptedException e) {
                    throw new SQLException("interrupted", e);
                }
                throw new SQLException("the pool must be larger");
            }

            @Override
            public boolean pooled() {
                return true;
            }
        };
        try (LoggedLines log = LoggedLines.capture(); Auxiliary slow = auxiliary(exhausted, server)) {
            assertThat(slow.backend()).isZero();
            assertThat(log.lines()).filteredOn(AuxiliaryTest::isWarning).singleElement().asString()
                    .contains("the attempt goes on");
            answers.countDown();
            await().untilAsserted(() -> {
                assertThat(slow.backend()).isZero();
                assertThat(log.lines()).filteredOn(AuxiliaryTest::isWarning).hasSize(2).last().asString()
                        .contains("the pool must be larger");
            });
            // A second attempt, a second later, fails in the same way.
            await().untilAsserted(() -> {
                assertThat(slow.backend()).isZero();
                assertThat(log.lines()).filteredOn(line -> line.contains("the pool must be larger")).hasSizeGreaterThan(1);
            });
            assertThat(log.lines()).filteredOn(AuxiliaryTest::isWarning).hasSize(2);
        }
    }

    private static boolean isWarning(String line) {
        return line.startsWith("WARN") && line.contains("No second connection to");
    }

    @Test
    void aConnectionThatComesAfterTheEndIsClosed() throws Exception {
        CountDownLatch given = new CountDownLatch(1);
        Auxiliary slow = auxiliary(slow(new CountDownLatch(1), given), server);
        assertThat(slow.backend()).isZero();
        slow.close();
        given.countDown();
        await().until(() -> late.get() != null && late.get().isClosed());
    }

    private ConnectionSource slow(CountDownLatch asked, CountDownLatch given) {
        return new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                asked.countDown();
                try {
                    given.await();
                } catch (InterruptedException e) {
                    throw new SQLException("interrupted", e);
                }
                late.set(postgres.connect());
                return late.get();
            }

            @Override
            public boolean pooled() {
                return false;
            }
        };
    }

    /** Missing signs are safe, so a failure is no reason to end the session. */
    @Test
    void aBrokenConnectionIsOpenedAgain() throws SQLException {
        int first = auxiliary.backend();
        postgres.execute("select pg_terminate_backend(" + first + ")");
        await().until(() -> postgres.number("select count(*) from pg_stat_activity where pid = " + first) == 0);
        assertThat(auxiliary.send(signs(), leader)).isTrue();
        assertThat(sent).isEmpty();
        await().until(() -> auxiliary.backend() > 0);
        assertThat(auxiliary.backend()).isNotEqualTo(first);
        assertThat(auxiliary.send(signs(), leader)).isTrue();
        assertThat(sent).hasSize(GROUPS);
    }
}
