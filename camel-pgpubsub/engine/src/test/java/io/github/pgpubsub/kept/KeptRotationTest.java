package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A process that uses the log also has it forgotten what is old enough. */
@Timeout(180)
class KeptRotationTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final PgPubSub pubSub = PgPubSub.to(postgres.libpqUri()).name("rotating").build();

    @BeforeEach
    void reset() throws Exception {
        pubSub.kept().startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber");
    }

    @AfterEach
    void close() {
        pubSub.close();
    }

    private KeptMessages kept(Duration retention, Duration retentionMax, Duration groupExpiry) {
        return pubSub.kept(new KeptLogOptions("pgpubsub", true, retention, retentionMax, groupExpiry));
    }

    private KeptSubscription subscribe(KeptMessages kept) throws SQLException, InterruptedException {
        return kept.subscribe(KeptOptions.to("orders").startFrom(new StartFrom.Earliest()).build(),
                message -> received.add(message.payload()));
    }

    private static void write(String payload) {
        postgres.execute("insert into pgpubsub.message (channel, payload) values ('orders', ?)", payload);
    }

    private static List<String> inTheLog() {
        return postgres.strings("select payload from pgpubsub.message order by id");
    }

    @Test
    void whatIsReadGoesAfterItsTime() throws Exception {
        try (KeptSubscription unused = subscribe(kept(SECOND, null, DAY))) {
            write("a");
            await().atMost(SOON).until(() -> received.contains("a"));
            await().atMost(SOON).until(() -> inTheLog().isEmpty());
            write("b");
            await().atMost(SOON).until(() -> received.contains("b"));
        }
    }

    @Tag("long")
    @Test
    void operatorsHearOnceWhichGroupHoldsTheLog() throws Exception {
        postgres.strings("select no from pgpubsub.join_group('orders', 'lazy')");
        try (LoggedLines log = LoggedLines.capture();
                KeptSubscription orders = subscribe(kept(SECOND.multipliedBy(3), null, DAY))) {
            // Otherwise this group might hold the message, too, and the log would name both, and then one.
            await().atMost(SOON).until(orders::isReceiving);
            write("a");
            await().atMost(SOON).until(() -> told(log, "[orders/lazy] have not read them") == 1);
            await().atMost(SOON).until(() -> trouble(orders).matches("Messages of partition message_[0-3] are older than"
                    + " retention \\(PT3S\\) and are kept, because orders/lazy have not read them"));
            // Another process is at the same work for a while: what is known stays known.
            try (Connection other = postgres.connect()) {
                other.setAutoCommit(false);
                await().until(() -> isAtWork(other));
                await().atMost(SOON).until(() -> log.lines().stream().anyMatch(line -> line.contains("outcome=busy")));
            }
            // Several rotations, none of which may tell it again: what does not happen has no condition to wait for.
            Thread.sleep(2000);
            assertThat(told(log, "have not read them")).isEqualTo(1);
            assertThat(inTheLog()).containsExactly("a");
            postgres.execute("select pgpubsub.drop_group('orders', 'lazy')");
            await().atMost(SOON).until(() -> inTheLog().isEmpty() && told(log, "No group holds messages") == 1);
            await().atMost(SOON).until(() -> trouble(orders).isEmpty());
        }
    }

    /** Whether the connection's transaction rotates the log; at the same moment the consumer may do so. */
    private static boolean isAtWork(Connection other) throws SQLException {
        try (ResultSet row = other.createStatement().executeQuery("select outcome from pgpubsub.rotate()")) {
            row.next();
            return !row.getString(1).equals("busy");
        }
    }

    private static String trouble(KeptSubscription subscription) {
        String trouble = subscription.keptStatus().retentionTrouble();
        return trouble == null ? "" : trouble;
    }

    /** As a dump does, and a transaction that is left open. */
    @Tag("long")
    @Test
    void operatorsSeeWhoUsesAPartitionThatIsOldEnough() throws Exception {
        try (Connection user = postgres.connect(); KeptSubscription orders = subscribe(kept(SECOND, null, DAY))) {
            user.setAutoCommit(false);
            user.createStatement().execute("set application_name = 'a report'; select from pgpubsub.message");
            int backend = user.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            write("a");
            await().atMost(SOON).until(() -> trouble(orders).contains("backend " + backend + " (a report)"));
            assertThat(trouble(orders)).contains("Partition message_", "is older than retention (PT1S)", "in use for");
            assertThat(inTheLog()).containsExactly("a");
            user.commit();
            await().atMost(SOON).until(() -> inTheLog().isEmpty() && trouble(orders).isEmpty());
        }
    }

    @Tag("long")
    @Test
    void whatIsTooOldIsGivenUpAndTold() throws Exception {
        postgres.strings("select no from pgpubsub.join_group('orders', 'lazy')");
        try (LoggedLines log = LoggedLines.capture();
                KeptSubscription reader = subscribe(kept(SECOND, SECOND.multipliedBy(3), DAY))) {
            // Otherwise the message might be given up for this group, too.
            await().atMost(SOON).until(reader::isReceiving);
            write("a");
            await().atMost(SOON).until(() -> inTheLog().isEmpty());
            await().atMost(SOON).until(() -> told(log, "1 messages were given up unread") == 1);
            assertThat(postgres.number("select missed from pgpubsub.groups where grp = 'lazy'")).isEqualTo(1);
        }
    }

    /** The leader hears of it when it has done what it has, although nothing follows on its channel. */
    @Test
    @Tag("long")
    void whatIsGivenUpWhileTheLeaderIsBusyIsTold() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        List<Long> gaps = new CopyOnWriteArrayList<>();
        try (KeptSubscription unused = kept(SECOND, SECOND.multipliedBy(3), DAY).subscribe(
                KeptOptions.to("orders").startFrom(new StartFrom.Earliest()).build(), new KeptHandler() {
                    @Override
                    public void handle(KeptMessage message) throws Exception {
                        received.add(message.payload());
                        free.await();
                    }

                    @Override
                    public void gap(long missed) {
                        gaps.add(missed);
                    }
                })) {
            write("a");
            await().atMost(SOON).until(() -> received.contains("a"));
            await().atMost(SOON).until(() -> inTheLog().isEmpty());
            assertThat(gaps).isEmpty();
            free.countDown();
            await().atMost(SOON).until(() -> gaps.equals(List.of(1L)));
        } finally {
            free.countDown();
        }
    }

    /** Longer than any pause between two signs of life, on a channel without messages. */
    @Test
    @Tag("long")
    void aGroupThatIsInUseDoesNotExpire() throws Exception {
        postgres.strings("select no from pgpubsub.join_group('orders', 'abandoned')");
        try (LoggedLines log = LoggedLines.capture();
                KeptSubscription unused = subscribe(kept(SECOND.multipliedBy(2), null, SECOND.multipliedBy(6)))) {
            await().atMost(SOON).until(() -> told(log, "are removed: [orders/abandoned]") == 1);
            // Twice the expiry, in which the group must stay: what does not happen has no condition to wait for.
            Thread.sleep(12_000);
            assertThat(postgres.strings("select grp from pgpubsub.groups")).containsExactly("default");
        }
    }

    @Test
    void aProcessThatOnlySendsDoesItToo() {
        KeptMessages kept = kept(SECOND, null, DAY);
        kept.publish(NewMessage.to("orders").payload("first").build()).join();
        await().atMost(SOON).pollInterval(Duration.ofMillis(200)).until(() -> {
            kept.publish(NewMessage.to("orders").payload("more").build()).join();
            return !inTheLog().contains("first");
        });
    }

    private static long told(LoggedLines log, String part) {
        return log.lines().stream().filter(line -> line.contains(part) && !line.startsWith("DEBUG") && !line.startsWith("TRACE"))
                .count();
    }
}
