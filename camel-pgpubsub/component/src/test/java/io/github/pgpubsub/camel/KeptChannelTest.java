package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Bodies, headers, keys and ids of kept messages, from a producer and from SQL. */
class KeptChannelTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Inbox inbox = new Inbox();
    private static final Inbox json = new Inbox();
    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        camel = new CamelWithPostgres(postgres);
        camel.configuration().setDurable(true);
        camel.receive("pgpubsub:K", inbox).receive("pgpubsub:J?payloadFormat=json", json).start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    @AfterEach
    void clear() {
        inbox.clear();
        json.clear();
    }

    // ---- bodies

    @Test
    void textStaysText() {
        camel.send("pgpubsub:K", "grüße \uD83D\uDC18");
        camel.send("pgpubsub:K", 4711);
        camel.send("pgpubsub:K", Map.of("a", 1));
        camel.send("pgpubsub:K", null);

        inbox.awaitBodies("grüße \uD83D\uDC18", "4711", "{\"a\":1}", "");
    }

    @Test
    void bytesStayBytes(@TempDir Path folder) throws Exception {
        byte[] bytes = {0, 1, (byte) 0xff, (byte) 0xfe, 'x'};
        Path file = Files.write(folder.resolve("binary"), bytes);
        List<Object> bodies = List.of(bytes, ByteBuffer.wrap(bytes), new ByteArrayInputStream(bytes), file, file.toFile());
        bodies.forEach(body -> camel.send("pgpubsub:K", body));

        inbox.awaitSize(bodies.size());
        assertThat(inbox.bodies()).allSatisfy(body -> assertThat(body).isEqualTo(bytes));
    }

    @Test
    void aReaderIsText() {
        camel.send("pgpubsub:K", new java.io.StringReader("read"));
        inbox.awaitBodies("read");
    }

    @Test
    void jsonIsParsedAlsoIfItCameAsBytes() {
        camel.send("pgpubsub:J?payloadFormat=json", Map.of("a", List.of(1, 2.5, true)));
        camel.send("pgpubsub:J?payloadFormat=json", "text");
        camel.send("pgpubsub:J", "{\"bytes\":1}".getBytes(StandardCharsets.UTF_8));

        json.awaitBodies(Map.of("a", List.of(1, 2.5, true)), "text", Map.of("bytes", 1));
    }

    @Test
    void aMegabyteTravels() {
        String text = "é".repeat(500_000);
        byte[] bytes = new byte[1_000_000];
        List<Integer> numbers = IntStream.range(0, 300_000).boxed().toList();
        camel.send("pgpubsub:K", text);
        camel.send("pgpubsub:K", bytes);
        camel.send("pgpubsub:J?payloadFormat=json", numbers);

        inbox.awaitSize(2);
        assertThat(inbox.bodies().get(0)).isEqualTo(text);
        assertThat(inbox.bodies().get(1)).isEqualTo(bytes);
        json.awaitBodies(numbers);
    }

    @Test
    void aPayloadOverMaxPayloadFailsWithItsSizeAndNothingIsSent() {
        String uri = "pgpubsub:K?maxPayload=100";
        assertThatThrownBy(() -> camel.send(uri, "é".repeat(51))).cause()
                .hasMessage("The payload has 102 bytes; the option maxPayload allows 100");
        assertThatThrownBy(() -> camel.send(uri, new byte[101])).cause()
                .hasMessage("The payload has 101 bytes; the option maxPayload allows 100");
        assertThatThrownBy(() -> camel.send(uri, new ByteArrayInputStream(new byte[1000]))).cause()
                .hasMessage("The payload has more than 100 bytes; the option maxPayload allows no more");
        assertThatThrownBy(() -> camel.send(uri + "&payloadFormat=json", List.of("x".repeat(200)))).cause()
                .hasMessage("The payload has more than 100 characters as JSON; the option maxPayload allows 100 bytes");
        assertThatThrownBy(() -> camel.send("pgpubsub:K", "a\0b")).cause().hasMessageContaining("NUL character at index 1");
        camel.send(uri, "é".repeat(50));

        inbox.awaitBodies("é".repeat(50));
    }

    // ---- headers

    @Test
    void headersTravelExceptCamelsOwnAndWhatJsonCantHold() {
        UUID uuid = UUID.randomUUID();
        Instant time = Instant.parse("2026-01-31T08:00:00Z");
        Map<String, Object> headers = new java.util.HashMap<>();
        headers.put("text", "grüße");
        headers.put("flag", true);
        headers.put("count", 7);
        headers.put("share", 0.5);
        headers.put("uuid", uuid);
        headers.put("time", time);
        headers.put("date", Date.from(time));
        headers.put("bytes", "kafka's".getBytes(StandardCharsets.UTF_8));
        headers.put("list", List.of("a", 1L));
        headers.put("map", Map.of("k", Map.of("deep", false)));
        headers.put("binary", new byte[] {(byte) 0xff});
        headers.put("nan", Double.NaN);
        headers.put("object", new Object());
        headers.put("listOfObjects", List.of(new Object()));
        headers.put("nul", "a\0b");
        headers.put("CamelFoo", "no");
        headers.put("camelBar", "no");
        camel.template().sendBodyAndHeaders("pgpubsub:K", "with headers", headers);

        inbox.awaitSize(1);
        Map<String, Object> arrived = inbox.messages().get(0).getHeaders();
        assertThat(arrived).containsEntry("text", "grüße").containsEntry("flag", true).containsEntry("count", 7L)
                .containsEntry("share", 0.5).containsEntry("uuid", uuid.toString()).containsEntry("time", "2026-01-31T08:00:00Z")
                .containsEntry("date", "2026-01-31T08:00:00Z").containsEntry("bytes", "kafka's")
                .containsEntry("list", List.of("a", 1L)).containsEntry("map", Map.of("k", Map.of("deep", false)))
                .doesNotContainKeys("binary", "nan", "object", "listOfObjects", "nul", "CamelFoo", "camelBar");
    }

    @Test
    void theStrategyDecidesInBothDirections() throws Exception {
        PgPubSubHeaderFilterStrategy strategy = new PgPubSubHeaderFilterStrategy();
        strategy.getOutFilter().add("secret");
        strategy.getInFilter().add("foreign");
        camel.context().getRegistry().bind("strategy", strategy);
        camel.receive("pgpubsub:filtered?headerFilterStrategy=#strategy", inbox);
        camel.template().sendBodyAndHeaders("pgpubsub:filtered?headerFilterStrategy=#strategy", "x",
                Map.of("secret", 1, "foreign", 2, "open", 3));
        inbox.awaitSize(1);

        assertThat(inbox.messages().get(0).getHeaders()).doesNotContainKeys("secret", "foreign").containsEntry("open", 3L);
        assertThat(postgres.strings("select headers::text from pgpubsub.message where channel = 'filtered'"))
                .containsExactly("{\"open\": 3, \"foreign\": 2}");
    }

    @Test
    void sqlCantSetCamelsHeadersInAnyCase() {
        postgres.execute("insert into pgpubsub.message (channel, payload, headers) values ('K', 'sql',"
                + " '{\"CAMELPgPubSubOverrideChannel\": \"elsewhere\", \"camelpgpubsubkey\": \"x\", \"mine\": null, \"kind\": \"new\"}')");
        inbox.awaitBodies("sql");

        Message message = inbox.messages().get(0);
        assertThat(message.getHeader("kind")).isEqualTo("new");
        assertThat(message.getHeader(PgPubSubConstants.OVERRIDE_CHANNEL)).isNull();
        assertThat(message.getHeader(PgPubSubConstants.KEY)).isNull();
    }

    @Test
    void aMessageHasChannelKeyIdTimeAndEpoch() {
        long before = System.currentTimeMillis() - 1000;
        Exchange sent = camel.template().request("pgpubsub:K", exchange -> {
            exchange.getMessage().setBody("hello");
            exchange.getMessage().setHeader(PgPubSubConstants.KEY, "customer 7");
        });
        inbox.awaitBodies("hello");

        Message message = inbox.messages().get(0);
        assertThat(sent.getException()).isNull();
        assertThat(sent.getMessage().getBody()).isEqualTo("hello");
        assertThat(sent.getMessage().getHeader(PgPubSubConstants.MESSAGE_ID, String.class)).matches("\\d+-\\d{16}");
        assertThat(message.getHeader(PgPubSubConstants.MESSAGE_ID))
                .isEqualTo(sent.getMessage().getHeader(PgPubSubConstants.MESSAGE_ID));
        assertThat(message.getHeader(PgPubSubConstants.CHANNEL)).isEqualTo("K");
        assertThat(message.getHeader(PgPubSubConstants.KEY)).isEqualTo("customer 7");
        assertThat(message.getHeader(PgPubSubConstants.REDELIVERED)).isNull();
        assertThat(message.getHeader(PgPubSubConstants.SHARD)).isEqualTo(0);
        assertThat((Long) message.getHeader(PgPubSubConstants.EPOCH)).isPositive();
        assertThat(message.getHeader(PgPubSubConstants.ACK)).isNull();
        assertThat(message.getHeader("CamelMessageTimestamp", Long.class)).isBetween(before, System.currentTimeMillis() + 1000);
        assertThat(message.getMessageTimestamp()).isEqualTo(message.getHeader("CamelMessageTimestamp"));
    }

    @Test
    void aKeyThatIsNoTextIsRefused() {
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader("pgpubsub:K", "x", PgPubSubConstants.KEY, List.of()))
                .cause().hasMessageContaining("The header CamelPgPubSubKey is a").hasMessageContaining("it must be a String");
    }

    @Test
    void theOverrideHeaderLeadsElsewhereAndToDNeedsOneEndpoint() throws Exception {
        Inbox elsewhere = new Inbox();
        camel.receive("pgpubsub:elsewhere", elsewhere);
        camel.route(route -> route.from("direct:dynamic").toD("pgpubsub:${header.where}"));
        camel.template().sendBodyAndHeader("pgpubsub:K", "by header", PgPubSubConstants.OVERRIDE_CHANNEL, "elsewhere");
        camel.template().sendBodyAndHeader("direct:dynamic", "by toD", "where", "elsewhere");

        elsewhere.awaitBodies("by header", "by toD");
    }

    @Test
    void aBridgeKeepsKeyAndHeadersAndGivesANewId() throws Exception {
        Inbox far = new Inbox();
        camel.route(route -> route.from("pgpubsub:near").to("pgpubsub:far")).receive("pgpubsub:far", far);
        camel.template().sendBodyAndHeaders("pgpubsub:near", "over", Map.of(PgPubSubConstants.KEY, "k", "kind", "new"));
        far.awaitBodies("over");

        Message message = far.messages().get(0);
        assertThat(message.getHeader(PgPubSubConstants.KEY)).isEqualTo("k");
        assertThat(message.getHeader("kind")).isEqualTo("new");
        assertThat(message.getHeader(PgPubSubConstants.CHANNEL)).isEqualTo("far");
        assertThat(postgres.strings("select distinct headers::text from pgpubsub.message where channel in ('near', 'far')"))
                .containsExactly("{\"kind\": \"new\"}");
    }

    @Test
    void aThousandAsynchronousSendsKeepTheirOrder() {
        List<Object> bodies = new ArrayList<>(IntStream.range(0, 1000).mapToObj(Integer::toString).toList());
        bodies.forEach(body -> camel.template().asyncSendBody("pgpubsub:K", body).join());
        inbox.awaitBodies(bodies.toArray());
    }
}
