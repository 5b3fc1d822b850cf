package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.Member.Received;
import io.github.pgpubsub.internal.log.Member.Step;
import io.github.pgpubsub.internal.log.reading.ErrorPolicy;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.schema.LogSchemaException;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.support.PgBouncer;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

/** Each kept message is received until it is complete, by one member at a time, whatever ends the others. */
@Timeout(120)
class ReceptionTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Step NOTHING = message -> {};

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<Received> received = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void createLog() throws SQLException {
        try (Connection connection = postgres.connect()) {
            new LogSchema("pgpubsub").prepare(connection, true, LogSchema.Use.RECEIVE);
        }
    }

    @BeforeEach
    void reset() {
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked");
    }

    private Member member(String name, Step step) throws Exception {
        return member(name, Member.SKIP, POLL, 1, step);
    }

    private Member member(String name, ErrorPolicy onError, Duration poll, int workers, Step step) throws Exception {
        return new Member(direct(), name, received, Member.options(onError, poll, Duration.ofSeconds(10)), workers, step)
                .start();
    }

    private static UrlConnectionSource direct() {
        return new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
    }

    private static void write(String payload) {
        write(List.of(payload));
    }

    private static void write(int from, int to) {
        write(numbers(from, to));
    }

    /** Each in a transaction of its own. */
    private static void write(List<String> payloads) {
        try (Connection connection = postgres.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into pgpubsub.message (channel, payload) values ('orders', ?)")) {
            for (String payload : payloads) {
                insert.setString(1, payload);
                insert.execute();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> payloads() {
        synchronized (received) {
            return received.stream().map(Received::payload).toList();
        }
    }

    private List<Received> all() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toList();
    }

    private static long lag() {
        return postgres.number("select coalesce(sum(lag), -1) from pgpubsub.groups");
    }

    /** The only one. Listeners are called by a thread of their own, so not before what follows it. */
    private static void awaitIncident(Member member, String start) {
        await().atMost(SOON).until(() -> !member.incidents.isEmpty());
        assertThat(member.incidents).singleElement().asString().startsWith(start);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatWasWrittenBeforeTheStartArrivesInOrder() throws Exception {
        write(0, 50);
        try (Member member = member("a", NOTHING)) {
            await().atMost(SOON).until(() -> payloads().size() == 50);
            write(50, 60);
            await().atMost(SOON).until(() -> payloads().size() == 60);
            assertThat(payloads()).isEqualTo(numbers(0, 60));
            assertThat(all()).noneMatch(Received::redelivered);
            await().atMost(SOON).until(() -> lag() == 0);
            assertThat(member.incidents).isEmpty();
        }
    }

    @Test
    void anOrderlyStopLosesNothingAndRepeatsNothing() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread writer = new Thread(() -> {
            write(0, 500);
            awaitUninterrupted(stopped);
            // So that something is left for the second member, however late the first one is stopped.
            write(500, 600);
        });
        Member first = member("a", message -> Thread.sleep(2));
        await().atMost(SOON).until(first.lead::isLeading);
        try (Member second = member("b", NOTHING)) {
            writer.start();
            await().atMost(SOON).until(() -> payloads().size() > 50);
            first.close();
            stopped.countDown();
            writer.join();
            await().atMost(SOON).until(() -> payloads().size() >= 600);
            assertThat(payloads()).isEqualTo(numbers(0, 600));
            assertThat(all()).noneMatch(Received::redelivered);
            assertThat(all()).anyMatch(each -> each.member().equals("a")).anyMatch(each -> each.member().equals("b"));
            await().atMost(SOON).until(() -> lag() == 0);
            assertThat(second.gaps).isEmpty();
        }
    }

    /** As one whose disk is full. It accepts each connection, and refuses the first change. */
    @Test
    void aReadOnlyDatabaseIsNotAskedAgainWithoutAPause() throws Exception {
        NotingSource reading = new NotingSource();
        try (Member member = new Member(direct(), reading, Duration.ofSeconds(3), "a", received,
                Member.options(Member.SKIP, POLL, Duration.ofSeconds(60)), 1, NOTHING).start()) {
            write(0, 1);
            await().atMost(SOON).until(() -> lag() == 0);
            String database = "alter database \"" + postgres.database() + "\" ";
            postgres.execute(database + "set default_transaction_read_only = on");
            reading.opened.clear();
            try {
                postgres.backends("a read").forEach(postgres::terminate);
                await().atMost(SOON).until(() -> reading.opened.size() >= 8);
            } finally {
                postgres.execute("begin read write; " + database + "reset default_transaction_read_only; commit");
            }
            // The eighth pause is 2.56 s minus up to a half. Without growth, it is below 0.02 s, and the rest is the connecting.
            assertThat(Duration.ofNanos(reading.opened.get(7) - reading.opened.get(6))).isGreaterThan(Duration.ofSeconds(1));
            write(1, 2);
            await().atMost(SOON).until(() -> payloads().equals(numbers(0, 2)));
            await().atMost(SOON).until(member.lead::isLeading);
        }
    }

    /** Notes when it is asked for connections. */
    private static final class NotingSource implements ConnectionSource {

        final List<Long> opened = new CopyOnWriteArrayList<>();

        @Override
        public Connection open() throws SQLException {
            opened.add(System.nanoTime());
            return direct().open();
        }

        @Override
        public boolean pooled() {
            return false;
        }
    }

    /** All sessions of the leader are ended while it works: nothing is lost, and what comes twice is marked. */
    @Test
    @Tag("long")
    void theSessionsOfTheLeaderAreEnded() throws Exception {
        Thread writer = new Thread(() -> write(0, 600));
        try (Member first = member("a", message -> Thread.sleep(2)); Member second = member("b", message -> Thread.sleep(2))) {
            writer.start();
            for (int i = 1; i <= 5; i++) {
                int some = i * 80;
                await().atMost(SOON).until(() -> payloads().size() >= some);
                String leader = first.lead.isLeading() ? "a" : "b";
                // One of them may just have ended by itself.
                postgres.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name like ?",
                        leader + " %");
            }
            writer.join();
            await().atMost(SOON).until(() -> payloads().containsAll(numbers(0, 600)) && lag() == 0);
            repeatsAreMarked();
            System.out.println(received.size() + " deliveries of 600 messages, a " + first.incidents + ", b " + second.incidents);
        }
    }

    private void repeatsAreMarked() {
        List<String> seen = new ArrayList<>();
        for (Received each : all()) {
            assertThat(each.redelivered() || !seen.contains(each.payload())).as("%s in %s", each, received).isTrue();
            seen.add(each.payload());
        }
    }

    /** Only the reading connection is lost: the same process goes on, and repeats only what it had begun. */
    @Tag("long")
    @Test
    void theReadingConnectionIsEnded() throws Exception {
        Thread writer = new Thread(() -> write(0, 400));
        try (Member member = member("a", message -> Thread.sleep(2))) {
            writer.start();
            int ended = 0;
            for (int i = 1; i <= 5; i++) {
                int some = i * 60;
                int former = ended;
                // The former one is shown until the reader notices its end.
                await().atMost(SOON).until(() -> payloads().size() >= some && member.reader.backend() != 0
                        && member.reader.backend() != former);
                ended = member.reader.backend();
                postgres.terminate(ended);
            }
            writer.join();
            await().atMost(SOON).until(() -> payloads().containsAll(numbers(0, 400)) && lag() == 0);
            // What had begun has been completed by the same process, so nothing comes twice.
            assertThat(payloads()).isEqualTo(numbers(0, 400));
        }
    }

    @Test
    void aBacklogIsReadInBoundedMemory() throws Exception {
        int count = Integer.getInteger("pgpubsub.test.backlog", 10_000);
        postgres.execute(
                "insert into pgpubsub.message (channel, payload) select 'orders', i from generate_series(0, " + (count - 1)
                        + ") i");
        long begun = System.nanoTime();
        try (Member member = member("a", NOTHING)) {
            await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> received.size() == count);
            System.out.println(count + " messages in " + (System.nanoTime() - begun) / 1_000_000 + " ms, start included");
            assertThat(payloads()).isEqualTo(numbers(0, count));
            await().atMost(SOON).until(() -> lag() == 0);
            assertThat(member.incidents).isEmpty();
        }
    }

    @Test
    void manyWorkersCompleteInAnyOrder() throws Exception {
        postgres.execute("insert into pgpubsub.message (channel, payload) select 'orders', i from generate_series(0, 999) i");
        // Work of different lengths, so that workers overtake each other. Nothing waits for it.
        Member first = member("a", Member.SKIP, POLL, 8, message -> Thread.sleep(message.payload().hashCode() % 4));
        await().atMost(SOON).until(() -> received.size() > 300);
        first.close();
        try (Member second = member("b", NOTHING)) {
            await().atMost(SOON).until(() -> lag() == 0 && received.size() >= 1000);
            assertThat(payloads()).containsExactlyInAnyOrderElementsOf(numbers(0, 1000));
            assertThat(second.incidents).isEmpty();
        }
    }

    /** The group stays at a message until it succeeds. */
    @Test
    void aFailedMessageIsTriedAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        ErrorPolicy retry = new ErrorPolicy(OnError.retry, Duration.ofMillis(20), Duration.ofMillis(40), 10);
        write(0, 5);
        try (Member member = member("a", retry, POLL, 1, message -> {
            if ("2".equals(message.payload()) && attempts.incrementAndGet() <= 3) {
                throw new IllegalStateException("not yet");
            }
        })) {
            await().atMost(SOON).until(() -> payloads().contains("4") && lag() == 0);
            assertThat(payloads()).containsExactly("0", "1", "2", "2", "2", "2", "3", "4");
            assertThat(all().stream().filter(Received::redelivered).map(Received::payload)).containsExactly("2", "2", "2");
            assertThat(member.incidents).isEmpty();
        }
    }

    @Test
    void aMessageIsParkedAndComesBack() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        ErrorPolicy park = new ErrorPolicy(OnError.retry, Duration.ofMillis(5), Duration.ofMillis(5), 2);
        write(0, 5);
        try (Member member = member("a", park, POLL, 1, message -> {
            if ("2".equals(message.payload()) && attempts.incrementAndGet() <= 3) {
                throw new IllegalStateException("bad");
            }
        })) {
            await().atMost(SOON).until(() -> payloads().contains("4") && lag() == 0);
            assertThat(payloads()).containsExactly("0", "1", "2", "2", "2", "3", "4");
            assertThat(postgres.strings("select concat_ws(' ', channel, grp, payload, attempts, error) from pgpubsub.parked"))
                    .containsExactly("orders default 2 3 java.lang.IllegalStateException: bad");
            awaitIncident(member, "PARKED");
            assertThat(postgres.number("select pgpubsub.requeue('orders', 'default')")).isEqualTo(1);
            await().atMost(SOON).until(() -> payloads().size() == 8);
            assertThat(payloads()).endsWith("4", "2");
        }
    }

    @Test
    void aFailedMessageIsSkipped() throws Exception {
        write(0, 5);
        try (Member member = member("a", message -> {
            if ("2".equals(message.payload())) {
                throw new IllegalStateException("bad");
            }
        })) {
            await().atMost(SOON).until(() -> payloads().contains("4") && lag() == 0);
            assertThat(payloads()).isEqualTo(numbers(0, 5));
            awaitIncident(member, "SKIPPED");
        }
    }

    /** Without any poll, so each message wakes the reader, or keeps it from sleeping. */
    @Test
    void writersWakeAReaderThatNeverPolls() throws Exception {
        List<Long> receivedAt = new CopyOnWriteArrayList<>();
        List<Long> micros = new ArrayList<>();
        try (Member member = member("a", Member.SKIP, null, 1, message -> receivedAt.add(System.nanoTime()));
                Connection writer = postgres.connect();
                PreparedStatement insert = writer.prepareStatement(
                        "insert into pgpubsub.message (channel, payload) values ('orders', ?)")) {
            for (int i = 0; i < 50; i++) {
                await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(
                        () -> postgres.number("select count(*) from pg_locks where locktype = 'advisory'"
                                + " and mode = 'ExclusiveLock' and granted and pid = ?", member.reader.backend()) == 1);
                insert.setString(1, String.valueOf(i));
                long begun = System.nanoTime();
                insert.execute();
                int next = i + 1;
                await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> receivedAt.size() == next);
                micros.add((receivedAt.get(i) - begun) / 1_000);
            }
        }
        Collections.sort(micros);
        System.out.println("50 wake-ups, from before the insert to the handler: median " + micros.get(25) + " µs, longest "
                + micros.get(49) + " µs");
        assertThat(payloads()).isEqualTo(numbers(0, 50));
    }

    /** Removed while it is led: it begins again from where new groups begin, with a gap, and what comes again is marked. */
    @Test
    void aRemovedGroupBeginsAgain() throws Exception {
        write(0, 5);
        try (Member member = member("a", NOTHING)) {
            await().atMost(SOON).until(() -> received.size() == 5 && lag() == 0);
            postgres.execute("select pgpubsub.drop_group('orders', 'default')");
            write(5, 7);
            await().atMost(SOON).until(() -> received.size() == 12);
            assertThat(payloads().subList(5, 12)).isEqualTo(numbers(0, 7));
            repeatsAreMarked();
            assertThat(member.gaps).containsExactly(0L);
            await().atMost(SOON).until(() -> member.incidents.stream().anyMatch(each -> each.startsWith("GROUP_REMOVED")));
        }
    }

    /** Somebody else joins the group before its leader notices. What was written meanwhile may be missed. */
    @Test
    void aGroupThatWasRemovedAndCreatedAnewTellsAGap() throws Exception {
        write(0, 5);
        try (Member member = member("a", NOTHING)) {
            await().atMost(SOON).until(() -> received.size() == 5 && lag() == 0);
            postgres.execute("begin; select pgpubsub.drop_group('orders', 'default');"
                    + " select pgpubsub.join_group('orders', 'default', 'now'); commit");
            await().atMost(SOON).until(() -> {
                write(5, 6);
                return member.gaps.size() == 1;
            });
            assertThat(member.gaps).containsExactly(0L);
            assertThat(member.incidents).anyMatch(each -> each.startsWith("GROUP_REMOVED"));
        }
    }

    /** What workers have begun when the time for the stop is up comes to the successor, marked. */
    @Test
    @Tag("long")
    void aMessageThatIsNotFinishedInTimeIsMarked() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        write(0, 3);
        Member first = member("a", message -> {
            if ("1".equals(message.payload())) {
                held.await();
            }
        });
        await().atMost(SOON).until(() -> payloads().contains("1"));
        Thread closer = new Thread(first::close);
        closer.start();
        try (Member second = member("b", NOTHING)) {
            await().atMost(SOON).until(() -> payloads().size() == 5 || payloads().contains("2"));
            assertThat(second.incidents).isEmpty();
            assertThat(all()).contains(new Received("b", "1", true));
            await().atMost(SOON).until(() -> lag() == 0);
            repeatsAreMarked();
        } finally {
            held.countDown();
            closer.join();
        }
    }

    /** The network of the leader is silent: another member leads, and what the first one had begun comes again, marked. */
    @Test
    @Tag("long")
    void theLeaderIsCutOffAndComesBack() throws Exception {
        try (Proxy network = new Proxy(postgres.server())) {
            Thread writer = new Thread(() -> write(0, 1000));
            UrlConnectionSource behind = new UrlConnectionSource(
                    "jdbc:postgresql://" + network.host() + ":" + network.port() + "/" + postgres.database(), postgres.user(),
                    postgres.password());
            try (Member first = new Member(behind, "a", received, Member.options(Member.SKIP, POLL, Duration.ofSeconds(2)), 1,
                    message -> Thread.sleep(1)).start();
                    Member second = new Member(direct(), "b", received,
                            Member.options(Member.SKIP, POLL, Duration.ofSeconds(2)), 1, NOTHING).start()) {
                writer.start();
                await().atMost(SOON).until(() -> payloads().size() > 100);
                network.stall();
                await().atMost(SOON).until(() -> payloads().containsAll(numbers(0, 1000)) && lag() == 0);
                writer.join();
                network.resume();
                write("last");
                await().atMost(SOON).until(() -> payloads().contains("last") && lag() == 0);
                assertThat(all()).anyMatch(each -> each.member().equals("b"));
                repeatsAreMarked();
                System.out.println("cut off: " + received.size() + " deliveries, a " + first.incidents + ", b "
                        + second.incidents);
            }
        }
    }

    @Test
    void aGroupThatBeginsNowMissesNothingAfterItsStart() throws Exception {
        write(0, 10);
        try (Member member = new Member(direct(), "a", received, new ReadOptions(0, new StartFrom.Now(), AckMode.message,
                Member.SKIP, 10, 1 << 20, 5, 1 << 20, Duration.ofMillis(100), true, POLL, Duration.ofSeconds(10)), 1, NOTHING)
                .start()) {
            write(10, 60);
            await().atMost(SOON).until(() -> received.size() == 50 && lag() == 0);
            assertThat(payloads()).isEqualTo(numbers(10, 60));
            assertThat(member.incidents).isEmpty();
        }
    }

    /** A transaction that holds the place is named, and ended after the leaderTimeout. */
    @Test
    @Tag("long")
    void aTransactionThatHoldsThePlaceIsEnded() throws Exception {
        write(0, 1);
        try (Member former = member("a", NOTHING)) {
            await().atMost(SOON).until(() -> received.size() == 1 && lag() == 0);
        }
        try (Connection frozen = postgres.connect()) {
            frozen.setAutoCommit(false);
            frozen.createStatement().execute("update pgpubsub.place set last_id = last_id");
            int pid = frozen.unwrap(PGConnection.class).getBackendPID();
            write("next");
            try (Member member = new Member(direct(), "b", received,
                    Member.options(Member.SKIP, POLL, Duration.ofSeconds(3)), 1, NOTHING).start()) {
                await().atMost(SOON).until(() -> payloads().contains("next"));
                assertThat(member.incidents).isNotEmpty()
                        .allSatisfy(each -> assertThat(each).isEqualTo("PLACE_BLOCKED: backend " + pid));
                assertThat(frozen.isValid(5)).isFalse();
            }
        }
    }

    /** Told with the first attempt, not after the leaderTimeout; and the reader waits, for the transaction may end. */
    @Test
    void aTransactionThatMayNotBeEndedIsToldAtOnce() throws Exception {
        postgres.createRole("mere", "secret");
        UrlConnectionSource source = new UrlConnectionSource(postgres.url(), "mere", "secret");
        grantTo(source);
        write(0, 1);
        try (Member former = member("a", NOTHING)) {
            await().atMost(SOON).until(() -> received.size() == 1 && lag() == 0);
        }
        try (Connection frozen = postgres.connect()) {
            frozen.setAutoCommit(false);
            frozen.createStatement().execute("update pgpubsub.place set last_id = last_id");
            write("next");
            try (Member member = new Member(source, "b", received,
                    Member.options(Member.SKIP, POLL, Duration.ofMillis(100)), 1, NOTHING).start()) {
                int pid = frozen.unwrap(PGConnection.class).getBackendPID();
                // The second one comes after an attempt to end it.
                await().atMost(SOON).until(() -> member.incidents.size() > 2);
                assertThat(member.incidents).allSatisfy(each -> assertThat(each)
                        .startsWith("PLACE_BLOCKED: backend " + pid + ", and this user may not end its session"));
                frozen.rollback();
                await().atMost(SOON).until(() -> payloads().contains("next"));
            }
        }
    }

    /** The log's own role makes it; another one may receive and nothing else. */
    @Test
    void aRoleWithTheRightsToReceiveReceives() throws Exception {
        postgres.createRole("receiver", "secret");
        UrlConnectionSource source = new UrlConnectionSource(postgres.url(), "receiver", "secret");
        grantTo(source);
        write(0, 10);
        try (Member member = new Member(source, "a", received, Member.options(
                new ErrorPolicy(OnError.park, Duration.ofMillis(5), Duration.ofMillis(5), 2), POLL, Duration.ofSeconds(10)), 1,
                message -> {
                    if ("3".equals(message.payload())) {
                        throw new IllegalStateException("bad");
                    }
                }).start()) {
            await().atMost(SOON).until(() -> received.size() == 10 && lag() == 0);
            awaitIncident(member, "PARKED");
        }
    }

    /** What the log asks its owner to grant, until it asks for nothing more. */
    private static void grantTo(UrlConnectionSource source) throws SQLException {
        try (Connection connection = source.open()) {
            for (int i = 0; i < 5; i++) {
                try {
                    new LogSchema("pgpubsub").prepare(connection, false, LogSchema.Use.RECEIVE);
                    return;
                } catch (LogSchemaException e) {
                    for (String grant : e.getMessage().substring(e.getMessage().indexOf("calls: ") + 7).split("(?<=;) ")) {
                        postgres.execute(grant);
                    }
                }
            }
        }
        throw new IllegalStateException("Rights are missing all the time");
    }

    /** Receiving through PgBouncer in transaction mode: leadership and wake-ups are direct. */
    @Test
    void readingGoesThroughATransactionPooler() throws Exception {
        PgBouncer.assumeInstalled();
        try (PgBouncer pooler = new PgBouncer(postgres, Map.of("pool_mode", "transaction", "default_pool_size", "3"))) {
            UrlConnectionSource pooled = new UrlConnectionSource(pooler.url(), postgres.user(), postgres.password());
            try (Member member = new Member(direct(), pooled, "a", received,
                    Member.options(Member.SKIP, POLL, Duration.ofSeconds(10)), 1, NOTHING).start()) {
                write(0, 300);
                await().atMost(SOON).until(() -> received.size() == 300 && lag() == 0);
                assertThat(payloads()).isEqualTo(numbers(0, 300));
                assertThat(member.incidents).isEmpty();
                // Statements of the reader hold such locks for a moment; the sleep lock would stay.
                await().atMost(SOON).until(() -> postgres.number("select count(*) from pg_locks where locktype = 'advisory'"
                        + " and pid in (select pid from pg_stat_activity where application_name like 'a read%')") == 0);
            }
        }
    }
}
