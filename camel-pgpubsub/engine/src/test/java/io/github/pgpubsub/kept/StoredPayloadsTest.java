package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PgBouncer;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A payload that is too long for a notification arrives whole, and nobody can pass another one off as it. */
@Timeout(120)
class StoredPayloadsTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String LONG = "ü€🐘x".repeat(100_000);
    private static final String ROWS = "select count(*) from pgpubsub.message where channel = 'pgpubsub/stored'";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();
    private PgPubSub pubSub;
    private StoredPayloads payloads;

    @BeforeEach
    void open() throws Exception {
        pubSub = PgPubSub.to(postgres.libpqUri()).name("stored").build();
        payloads = pubSub.kept().storedPayloads();
        payloads.prepareSending();
        payloads.prepareFetching();
        postgres.execute("truncate pgpubsub.message");
    }

    @AfterEach
    void close() {
        pubSub.close();
        // A rotation ends by itself.
        await().atMost(SOON).until(() -> postgres.backends("stored%").isEmpty());
    }

    private Subscription subscribe(String channel, CountDownLatch begin) throws Exception {
        return pubSub.subscribe(SubscriptionOptions.of(channel), message -> {
            begin.await();
            payloads.fetching(this::note).handle(message);
        }, new SubscriptionListener() {
            @Override
            public void failed(Exception failure) {
                failures.add(failure);
            }
        });
    }

    private Subscription subscribe(String channel) throws Exception {
        return subscribe(channel, new CountDownLatch(0));
    }

    private void note(Message message) {
        if (message instanceof Message.Notification notification) {
            received.add(notification.payload());
        }
    }

    private void publish(String channel, String... all) {
        List<CompletableFuture<Void>> committed = new ArrayList<>();
        for (String each : all) {
            committed.add(payloads.publish(channel, each));
        }
        committed.forEach(CompletableFuture::join);
    }

    private void awaitPayloads(String... all) {
        // Lengths, because a failure would print megabytes.
        await().atMost(SOON).untilAsserted(() -> assertThat(lengths(received)).isEqualTo(lengths(List.of(all))));
        assertThat(received.equals(List.of(all))).as("these payloads have arrived").isTrue();
    }

    private static List<Integer> lengths(List<String> texts) {
        return texts.stream().map(String::length).toList();
    }

    /** What a listener without this object gets. */
    private String reference(String channel, String payload) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Subscription plain = pubSub.subscribe(
                SubscriptionOptions.to(channel).singleListener(false).build(),
                message -> {
                    if (message instanceof Message.Notification notification) {
                        seen.add(notification.payload());
                    }
                })) {
            publish(channel, payload);
            await().atMost(SOON).until(() -> seen.size() == 1);
        }
        assertThat(seen.get(0)).startsWith("pgpubsub/stored/").hasSizeLessThan(200);
        return seen.get(0);
    }

    @Test
    void longPayloadsArriveWholeAndInOrderWithShortOnes() throws Exception {
        try (Subscription documents = subscribe("documents")) {
            publish("documents", "1", LONG, "2", LONG, LONG, "", "x".repeat(7999), "x".repeat(8000), "3");
            awaitPayloads("1", LONG, "2", LONG, LONG, "", "x".repeat(7999), "x".repeat(8000), "3");
            // What fits is no row.
            assertThat(postgres.number(ROWS)).isEqualTo(4);
            assertThat(failures).isEmpty();
        }
        assertThatThrownBy(() -> payloads.publish("documents", "x".repeat(NewMessage.MAX_PAYLOAD + 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll("16777217 bytes", "16777216");
        assertThatThrownBy(() -> payloads.publish("documents", LONG + "\0")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NUL");
    }

    @Test
    void aPayloadThatLooksLikeAReferenceComesInAsItIs() throws Exception {
        String genuine = reference("elsewhere", LONG);
        String forged = genuine.substring(0, genuine.length() - 1) + (genuine.endsWith("0") ? "1" : "0");
        String noReference = "pgpubsub/stored/and so on";
        try (Subscription documents = subscribe("documents")) {
            publish("documents", genuine, noReference);
            // Sent by others: text, and nothing of the other channel.
            pubSub.publish("documents", genuine).join();
            pubSub.publish("documents", forged).join();
            pubSub.publish("documents", noReference).join();
            pubSub.publish("documents", genuine.replaceFirst("\\d+", "9")).join();
            awaitPayloads(genuine, noReference, genuine, forged, noReference, genuine.replaceFirst("\\d+", "9"));
            assertThat(failures).isEmpty();
        }
    }

    /** Everybody who listens can repeat a reference on its channel, as every other payload. */
    @Test
    void aReferenceThatIsRepeatedOnItsChannelIsTheSamePayloadAgain() throws Exception {
        String genuine = reference("documents", LONG);
        try (Subscription documents = subscribe("documents")) {
            pubSub.publish("documents", genuine).join();
            awaitPayloads(LONG);
        }
    }

    @Test
    void aMissingRowFailsItsMessageAndNoOther() throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        try (Subscription documents = subscribe("documents", begin)) {
            publish("documents", "1", LONG, "2");
            long id = postgres.number("select id from pgpubsub.message where channel = 'pgpubsub/stored'");
            postgres.execute("delete from pgpubsub.message");
            begin.countDown();
            awaitPayloads("1", "2");
            assertThat(failures).singleElement().isInstanceOfSatisfying(StoredPayloadMissingException.class, failure -> {
                assertThat(failure.getChannel()).isEqualTo("documents");
                assertThat(failure.getId()).isEqualTo(id);
                assertThat(failure.getMessage()).contains("documents", String.valueOf(id), "retention");
            });
        }
    }

    @Tag("long")
    @Test
    void aLostConnectionIsReplaced() throws Exception {
        try (Subscription documents = subscribe("documents")) {
            publish("documents", LONG);
            awaitPayloads(LONG);
            postgres.terminate(postgres.backends("stored fetch").get(0));
            publish("documents", LONG);
            awaitPayloads(LONG, LONG);
            assertThat(failures).isEmpty();
        }
    }

    /** Too many sessions, and somebody locks the log: both pass, and the message must not be lost meanwhile. */
    @Test
    void refusalsThatPassAreWaitedFor() throws Exception {
        postgres.createRole("hindered", "secret");
        postgres.execute("grant usage on schema pgpubsub to hindered; grant select on pgpubsub.version to hindered;"
                + " grant execute on function pgpubsub.stored to hindered; alter role hindered set lock_timeout = '50ms'");
        String reference = reference("documents", LONG);
        AtomicInteger attempts = new AtomicInteger();
        UrlConnectionSource source = new UrlConnectionSource(postgres.url(), "hindered", "secret");
        ConnectionSource counted = new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                attempts.incrementAndGet();
                return source.open();
            }

            @Override
            public boolean pooled() {
                return false;
            }
        };
        try (PgPubSub hindered = PgPubSub.to(counted).name("stored hindered")
                .reconnect(Duration.ofMillis(50), Duration.ofMillis(50))
                .build();
                Connection locker = postgres.connect()) {
            StoredPayloads fetches = hindered.kept().storedPayloads();
            postgres.execute("alter role hindered connection limit 0");
            CompletableFuture<String> fetched = CompletableFuture.supplyAsync(() -> {
                try {
                    return fetches.payload(new Message.Notification("documents", reference, 1, null, false));
                } catch (SQLException | InterruptedException e) {
                    throw new CompletionException(e);
                }
            });
            await().atMost(SOON).until(() -> attempts.get() > 3 || fetched.isDone());
            assertThat(fetched).isNotDone();
            locker.setAutoCommit(false);
            locker.createStatement().execute("lock table pgpubsub.message");
            postgres.execute("alter role hindered connection limit -1");
            int before = attempts.get();
            await().atMost(SOON).until(() -> attempts.get() > before + 3 || fetched.isDone());
            assertThat(fetched).isNotDone();
            locker.rollback();
            assertThat(fetched.get(30, TimeUnit.SECONDS).equals(LONG)).isTrue();
        } finally {
            postgres.execute("drop owned by hindered");
        }
    }

    @Test
    void inATransactionRowAndReferenceAreCommittedTogether() throws Exception {
        try (Subscription documents = subscribe("documents"); Connection connection = postgres.connect()) {
            assertThatThrownBy(() -> payloads.send(connection, "documents", LONG)).isInstanceOf(IllegalStateException.class);
            connection.setAutoCommit(false);
            payloads.send(connection, "documents", LONG);
            connection.rollback();
            assertThat(postgres.number(ROWS)).isZero();
            payloads.send(connection, "documents", LONG);
            payloads.send(connection, "documents", "short");
            payloads.send(connection, "documents", LONG);
            connection.commit();
            awaitPayloads(LONG, "short", LONG);
        }
    }

    @Test
    void aProcessLeavesOutItsOwn() throws Exception {
        try (PgPubSub other = PgPubSub.to(postgres.libpqUri()).name("stored other").build();
                Subscription foreign = pubSub.subscribe(
                        SubscriptionOptions.to("documents").singleListener(false).filtered(true).build(),
                        payloads.fetching(this::note))) {
            publish("documents", LONG);
            other.kept().storedPayloads().publish("documents", LONG + "other").join();
            awaitPayloads(LONG + "other");
        }
    }

    @Tag("long")
    @Test
    void itGoesThroughATransactionPooler() throws Exception {
        PgBouncer.assumeInstalled();
        List<String> own = new CopyOnWriteArrayList<>();
        try (PgBouncer pooler = new PgBouncer(postgres, Map.of("pool_mode", "transaction"));
                PgPubSub pooled = PgPubSub.to(postgres.libpqUri()).name("stored pooled")
                        .publishTo(new UrlConnectionSource(pooler.url(), postgres.user(), postgres.password())).build();
                Subscription documents = subscribe("documents");
                Subscription filtered = pooled.subscribe(
                        SubscriptionOptions.to("documents").singleListener(false).filtered(true).build(),
                        message -> own.add(message.toString()))) {
            StoredPayloads sending = pooled.kept().storedPayloads();
            sending.publish("documents", LONG).join();
            sending.publish("documents", "short").join();
            publish("documents", "the end");
            awaitPayloads(LONG, "short", "the end");
            await().atMost(SOON).until(() -> own.stream().anyMatch(each -> each.contains("the end")));
            assertThat(own).noneMatch(each -> each.contains("short") || each.contains("pgpubsub/stored"));
        }
    }

    /** No group holds them, whoever is behind. */
    @Test
    void storedPayloadsGoWithTheLogsRetention() throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        try (Subscription documents = subscribe("documents", begin)) {
            publish("documents", LONG);
            postgres.strings("select no::text from pgpubsub.join_group('documents', 'behind', 'earliest')");
            postgres.execute("update pgpubsub.slot_opened set at = at - interval '1 day' where closed is null");
            assertThat(postgres.strings("select outcome from pgpubsub.rotate('1 hour')")).containsExactly("moved");
            assertThat(postgres.strings("select outcome from pgpubsub.rotate('1 hour')")).containsExactly("idle");
            postgres.execute("update pgpubsub.slot_opened set closed = closed - interval '1 day'");
            assertThat(postgres.strings("select outcome from pgpubsub.rotate('1 hour')")).containsExactly("emptied");
            assertThat(postgres.number(ROWS)).isZero();
            begin.countDown();
            await().atMost(SOON).until(() -> failures.size() == 1);
            assertThat(failures.get(0)).isInstanceOf(StoredPayloadMissingException.class);
        } finally {
            postgres.strings("select pgpubsub.drop_group('documents', 'behind')");
        }
    }

    /** Where only plain channels are used, nobody else rotates the log. Short messages do it, too. */
    @Test
    void whoStoresAlsoHasTheLogRotated() throws Exception {
        KeptLogOptions briefly = new KeptLogOptions("brief", true, Duration.ofSeconds(1), null, Duration.ofDays(1));
        StoredPayloads stored = pubSub.kept(briefly).storedPayloads();
        stored.publish("documents", LONG).join();
        await().atMost(SOON).until(() -> {
            stored.payload(new Message.Notification("documents", "short", 1, null, false));
            return postgres.number("select count(*) from brief.slot_opened where at is not null") > 1;
        });
    }

    @Test
    void rolesNeedOneFunctionEachAndCantMakeReferences() throws Exception {
        postgres.createRole("stores", "secret");
        postgres.createRole("fetches", "secret");
        try (PgPubSub storing = PgPubSub.to(new UrlConnectionSource(postgres.url(), "stores", "secret")).name("stored by role")
                .build();
                PgPubSub fetching = PgPubSub.to(new UrlConnectionSource(postgres.url(), "fetches", "secret"))
                        .name("stored for role")
                        .build()) {
            StoredPayloads stores = storing.kept().storedPayloads();
            StoredPayloads fetches = fetching.kept().storedPayloads();
            assertThatThrownBy(stores::prepareSending).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("grant");
            assertThatThrownBy(() -> stores.publish("documents", LONG).join()).hasMessageContaining("grant");
            postgres.execute(
                    "grant usage on schema pgpubsub to stores, fetches; grant select on pgpubsub.version to stores, fetches;"
                            + " grant execute on function pgpubsub.store to stores; grant execute on function pgpubsub.stored to fetches");
            stores.prepareSending();
            fetches.prepareFetching();
            String reference = reference("documents", LONG);
            stores.publish("documents", LONG).join();
            assertThat(fetches.payload(new Message.Notification("documents", reference, 1, null, false)).equals(LONG)).isTrue();
            for (String role : List.of("stores", "fetches")) {
                for (String forging : List.of("table pgpubsub.secret", "table pgpubsub.message",
                        "select pgpubsub.reference('documents', 1, gen_random_uuid())")) {
                    assertThatThrownBy(() -> postgres.execute("set role " + role + "; " + forging)).as(forging)
                            .hasStackTraceContaining("permission denied");
                }
            }
        } finally {
            postgres.execute("drop owned by stores; drop owned by fetches");
        }
    }

    /** Null would be notified as the empty payload, and a forged reference would be genuine. */
    @Test
    void aLostSecretIsAnErrorAndProvesNothing() throws Exception {
        String genuine = reference("documents", LONG);
        try (Connection connection = postgres.connect(); java.sql.Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("delete from pgpubsub.secret; savepoint s");
            assertThatThrownBy(() -> sql.execute("select pgpubsub.store('documents', 'a')"))
                    .hasMessageContaining("has lost its row");
            sql.execute("rollback to s");
            try (java.sql.ResultSet row = sql
                    .executeQuery("select genuine from pgpubsub.stored('documents', '" + genuine + "')")) {
                row.next();
                assertThat(row.getBoolean(1)).isFalse();
            }
            connection.rollback();
        }
    }

    @Test
    void noChannelIsCalledSo() {
        assertThatThrownBy(() -> ChannelName.check(ChannelName.STORED)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NewMessage.to(ChannelName.STORED)).isInstanceOf(IllegalArgumentException.class);
    }
}
