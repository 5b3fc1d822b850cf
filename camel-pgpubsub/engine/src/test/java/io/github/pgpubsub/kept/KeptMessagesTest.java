package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.support.PostgresExtension;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a program does with kept messages: sends, receives, asks. */
@Timeout(180)
class KeptMessagesTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<KeptMessage> received = new CopyOnWriteArrayList<>();
    private final List<String> incidents = new CopyOnWriteArrayList<>();
    private PgPubSub pubSub;
    private KeptMessages kept;

    /** Remembers. */
    private final KeptListener listener = new KeptListener() {
        @Override
        public void failed(Exception failure) {
            incidents.add(failure.getMessage());
        }

        @Override
        public void incident(Incident incident, String detail) {
            incidents.add(incident.name());
        }
    };

    @BeforeEach
    void open() throws Exception {
        pubSub = PgPubSub.to(postgres.libpqUri()).name("kept").build();
        kept = pubSub.kept();
        kept.startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked");
    }

    @AfterEach
    void close() {
        pubSub.close();
        // A backend ends some time after its client has disconnected.
        await().atMost(SOON).until(() -> postgres.backends("kept%").isEmpty());
    }

    private KeptSubscription subscribe(KeptOptions.Builder options) throws Exception {
        return kept.subscribe(options.build(), received::add, listener);
    }

    private List<String> payloads() {
        return received.stream().map(KeptMessage::payload).toList();
    }

    private void awaitPayloads(String... payloads) {
        await().atMost(SOON).untilAsserted(() -> assertThat(payloads()).containsExactly(payloads));
    }

    private String publish(String payload) {
        return kept.publish(NewMessage.to("orders").payload(payload).build()).join();
    }

    @Test
    void aMessageArrivesAsItWasSent() throws Exception {
        try (KeptSubscription orders = subscribe(KeptOptions.to("orders"))) {
            Instant before = Instant.now().minus(1, ChronoUnit.MINUTES);
            String id = kept.publish(NewMessage.to("orders").key("customer 7").payload("höllo \"\\ \u0001 𝄞")
                    .header("text", "a \"quoted\"\n\\ ü 𝄞 \u0001").header("yes", true).header("count", 7)
                    .header("big", Long.MAX_VALUE).header("ratio", 0.1)
                    .header("exact", new BigDecimal("12345678901234567890.123"))
                    .header("map", Map.of("list", List.of(1, "two", false))).build()).join();
            await().atMost(SOON).until(() -> received.size() == 1);
            KeptMessage message = received.get(0);
            assertThat(message.channel()).isEqualTo("orders");
            assertThat(message.id()).isEqualTo(id).matches("\\d+-\\d+");
            assertThat(message.key()).isEqualTo("customer 7");
            assertThat(message.payload()).isEqualTo("höllo \"\\ \u0001 𝄞");
            assertThat(message.bytes()).isNull();
            assertThat(message.headers()).containsOnly(Map.entry("text", "a \"quoted\"\n\\ ü 𝄞 \u0001"), Map.entry("yes", true),
                    Map.entry("count", 7L), Map.entry("big", Long.MAX_VALUE), Map.entry("ratio", 0.1),
                    Map.entry("exact", new BigDecimal("12345678901234567890.123")),
                    Map.entry("map", Map.of("list", List.of(1L, "two", false))));
            assertThat(message.at()).isBetween(before, before.plus(2, ChronoUnit.MINUTES));
            assertThat(message.redelivered()).isFalse();
            assertThat(message.attempts()).isZero();
            assertThat(message.epoch()).isPositive();
            assertThat(message.shard()).isZero();
            assertThatThrownBy(message::acknowledge).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(message::connection).isInstanceOf(IllegalStateException.class);
            assertThat(orders.isReceiving()).isTrue();
            assertThat(orders.mayProcess()).isTrue();
            // What is shown as asleep may still be the state before the message.
            await().atMost(SOON).untilAsserted(() -> assertThat(orders.keptStatus()).satisfies(status -> {
                assertThat(status.asleep()).isTrue();
                assertThat(status.connected()).isTrue();
                assertThat(status.reading()).isTrue();
                assertThat(status.completed()).isEqualTo(1);
                assertThat(status.epoch()).isEqualTo(message.epoch());
                assertThat(status.inHand()).isZero();
                assertThat(status.window()).isZero();
                assertThat(status.trouble()).isNull();
            }));
            assertThat(orders.status().session().connected()).isTrue();
            assertThat(orders.status().counts().received()).isEqualTo(1);
            assertThat(orders.members()).singleElement().satisfies(member -> assertThat(member.leader()).isTrue());
        }
        assertThat(incidents).isEmpty();
    }

    @Test
    void bytesAndNothingArrive() throws Exception {
        try (KeptSubscription orders = subscribe(KeptOptions.to("orders"))) {
            kept.publish(NewMessage.to("orders").bytes(new byte[] {0, -1, 7}).build()).join();
            kept.publish(NewMessage.to("orders").build()).join();
            await().atMost(SOON).until(() -> received.size() == 2);
            assertThat(received.get(0).bytes()).containsExactly(0, -1, 7);
            assertThat(received.get(0).payload()).isNull();
            assertThat(received.get(1).payload()).isNull();
            assertThat(received.get(1).bytes()).isNull();
            assertThat(received.get(1).headers()).isEmpty();
        }
    }

    /** Each is refused before it joins a batch, and nothing of it is repeated. */
    @Test
    void whatTheServerDoesNotTakeIsRefused() {
        NewMessage.Builder message = NewMessage.to("orders");
        refused(message.payload("secret\0"), "The payload has a NUL character at index 6");
        refused(message.payload("secret\ud834"), "The payload has half a surrogate pair at index 6");
        refused(message.payload("é".repeat(NewMessage.MAX_PAYLOAD / 2) + "x"), "payload takes 16777217 bytes; at most 16777216");
        refused(message.bytes(new byte[NewMessage.MAX_PAYLOAD + 1]), "payload takes 16777217 bytes");
        message.payload("fine");
        refused(message.key("secret\0"), "The key has a NUL character");
        message.key(null);
        refused(message.header("h", "secret\0"), "The header h can't be sent. The text has a NUL character");
        refused(message.header("h", List.of("\ud834")), "The header h can't be sent. The text has half a surrogate pair");
        refused(message.header("h", Double.NaN), "The header h can't be sent: it is no finite number");
        refused(message.header("h", new BigDecimal("1e9999")), "The header h can't be sent: it is a number of more than 1000");
        refused(message.header("h", new Object()), "The header h can't be sent: it is a java.lang.Object");
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        refused(message.header("h", endless), "The header h can't be sent: it is nested deeper than 100 levels");
        refused(message.header("h", "x".repeat(NewMessage.MAX_HEADERS)), "headers takes 1048584 bytes; at most 1048576");
    }

    private void refused(NewMessage.Builder message, String text) {
        assertThatThrownBy(() -> kept.publish(message.build())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text).satisfies(e -> assertThat(e.toString()).doesNotContain("secret"));
    }

    @Test
    void aMessageOfATransactionComesIfItCommits() throws Exception {
        try (KeptSubscription orders = subscribe(KeptOptions.to("orders").pollInterval(Duration.ofMillis(50)));
                Connection connection = postgres.connect()) {
            NewMessage message = NewMessage.to("orders").payload("1").header("a", 1).build();
            assertThatThrownBy(() -> kept.insert(connection, message, true)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in no transaction");
            connection.setAutoCommit(false);
            kept.insert(connection, message, true);
            connection.rollback();
            String id = kept.insert(connection, NewMessage.to("orders").payload("2").build(), true);
            connection.commit();
            String quiet = kept.insert(connection, NewMessage.to("orders").payload("3").header("a", 1).bytes(null).build(),
                    false);
            assertThat(postgres.number("select 1")).isEqualTo(1);
            connection.commit();
            kept.insert(connection, NewMessage.to("orders").bytes(new byte[] {4}).key("k").build(), false);
            connection.commit();
            await().atMost(SOON).until(() -> received.size() == 3);
            assertThat(received.stream().map(KeptMessage::id).limit(2)).containsExactly(id, quiet);
            assertThat(received.get(2).bytes()).containsExactly(4);
            assertThat(received.get(2).key()).isEqualTo("k");
        }
    }

    /** A transaction that does not wake can be prepared. */
    @Test
    void aQuietTransactionCanBePrepared() throws Exception {
        try (KeptSubscription orders = subscribe(KeptOptions.to("orders")); Connection connection = postgres.connect()) {
            await().atMost(SOON).until(() -> orders.keptStatus().asleep());
            connection.setAutoCommit(false);
            kept.insert(connection, NewMessage.to("orders").payload("1").build(), false);
            assertThat(notifies(connection)).isZero();
            kept.insert(connection, NewMessage.to("orders").payload("2").build(), true);
            connection.commit();
            awaitPayloads("1", "2");
        }
    }

    /** Whether a transaction holds the shared sleep lock, or notified: both are of the trigger that wakes. */
    private long notifies(Connection connection) throws Exception {
        try (var statement = connection.createStatement();
                var row = statement
                        .executeQuery("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void operatorsSeeAndMoveGroups() throws Exception {
        publish("1");
        publish("2");
        AtomicBoolean bad = new AtomicBoolean(true);
        try (KeptSubscription orders = kept.subscribe(
                KeptOptions.to("orders").group("g").startFrom(new StartFrom.Earliest()).onError(OnError.park).build(),
                message -> {
                    received.add(message);
                    if ("2".equals(message.payload()) && bad.get()) {
                        throw new IllegalStateException("bad");
                    }
                }, listener)) {
            awaitPayloads("1", "2");
            await().atMost(SOON).untilAsserted(() -> assertThat(kept.groups("orders")).singleElement().satisfies(group -> {
                assertThat(group.group()).isEqualTo("g");
                assertThat(group.lag()).isZero();
                assertThat(group.parked()).isEqualTo(1);
                assertThat(group.leader()).startsWith("kept");
                assertThat(group.epoch()).isEqualTo(received.get(0).epoch());
            }));
            await().atMost(SOON).untilAsserted(() -> assertThat(incidents).containsExactlyInAnyOrder("bad", "PARKED"));
            bad.set(false);
            String id = received.get(1).id();
            assertThatThrownBy(() -> kept.requeue("orders", "g", "x")).isInstanceOf(IllegalArgumentException.class);
            // After a fail-over another message may have had this number.
            KeptMessageId known = KeptMessageId.parse(id).orElseThrow();
            assertThat(kept.requeue("orders", "g", new KeptMessageId(known.id(), known.micros() - 1).toString())).isZero();
            assertThat(kept.requeue("orders", "g", id)).isEqualTo(1);
            assertThat(kept.requeue("orders", "g", null)).isZero();
            awaitPayloads("1", "2", "2");
            kept.seek("orders", "g", new StartFrom.Id(KeptMessageId.parse(id).orElseThrow()));
            await().atMost(SOON).until(() -> received.size() > 3);
            assertThat(received.get(3).id()).isEqualTo(id);
            assertThat(received.get(3).redelivered()).isTrue();
        }
        assertThat(kept.groups(null)).singleElement().satisfies(group -> assertThat(group.leader()).isNull());
        assertThat(kept.dropGroup("orders", "g")).isTrue();
        assertThat(kept.dropGroup("orders", "g")).isFalse();
        assertThat(kept.groups(null)).isEmpty();
    }

    @Test
    void whatIsSentWhileNobodyIsThereComesLater() throws Exception {
        try (KeptSubscription first = subscribe(KeptOptions.to("orders"))) {
            publish("1");
            awaitPayloads("1");
        }
        publish("2");
        publish("3");
        try (KeptSubscription second = subscribe(KeptOptions.to("orders"))) {
            awaitPayloads("1", "2", "3");
            assertThat(received).noneMatch(KeptMessage::redelivered);
        }
    }
}
