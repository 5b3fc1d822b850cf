package io.github.pgpubsub.camel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.arbitraries.StringArbitrary;
import net.jqwik.api.sessions.JqwikSession;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Any channel, payload, header or URL either works exactly or is refused, and a refusal does not quote it. The input is random;
 * {@code -Dfuzz.seed=} sets the seed. Inputs are sent in batches, because each needs the server.
 */
class FuzzTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final String SECRET = "Gehe1m";

    private static final Pattern PASSWORD = Pattern.compile("[?&]password=(RAW\\()?" + SECRET + "|//[^/?:]*:" + SECRET + "@");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() {
        JqwikSession.start();
        camel = new CamelWithPostgres(postgres).start();
    }

    @AfterAll
    static void stop() {
        camel.close();
        JqwikSession.finish();
    }

    @Test
    void channels() throws Exception {
        Set<String> channels = new LinkedHashSet<>(some(300, Arbitraries.oneOf(
                text().ofMinLength(0).ofMaxLength(16), text().ofMinLength(14).ofMaxLength(70),
                ascii().ofMinLength(60).ofMaxLength(66))));
        Set<String> valid = new LinkedHashSet<>(channels.stream().filter(FuzzTest::isChannel).toList());
        assertThat(valid.size()).isBetween(channels.size() / 10, channels.size() * 9 / 10);
        try (Connection listener = postgres.connect(); Statement statement = listener.createStatement()) {
            PGConnection pg = listener.unwrap(PGConnection.class);
            statement.setEscapeProcessing(false);
            for (String channel : valid) {
                statement.execute("listen " + pg.escapeIdentifier(channel));
            }
            for (String channel : channels) {
                Throwable failure = catchThrowable(() -> camel.template().sendBodyAndHeader(
                        "pgpubsub:elsewhere", channel, PgPubSubConstants.OVERRIDE_CHANNEL, channel));
                if (valid.contains(channel)) {
                    assertThat(failure).as(channel).isNull();
                } else {
                    assertThat(failure).as(channel).hasRootCauseInstanceOf(IllegalArgumentException.class);
                }
            }
            List<String> arrived = new ArrayList<>();
            while (arrived.size() < valid.size()) {
                for (PGNotification each : pg.getNotifications(20_000)) {
                    assertThat(each.getParameter()).isEqualTo(each.getName());
                    arrived.add(each.getName());
                }
            }
            assertThat(arrived).containsExactlyElementsOf(valid);
        }
    }

    /** The consumer's side, through URIs in which special characters are encoded. */
    @Test
    void channelsOfConsumers() throws Exception {
        Set<String> channels = new LinkedHashSet<>(some(40, ascii().ofMinLength(1).ofMaxLength(40)));
        // Camel refuses the second form, encoded or not.
        channels.removeIf(channel -> !isChannel(channel) || channel.contains("&&"));
        Inbox inbox = new Inbox();
        try (CamelWithPostgres listening = new CamelWithPostgres(postgres)) {
            for (String channel : channels) {
                listening.receive(CamelWithPostgres.uri(channel) + "?singleListener=false", inbox);
            }
            listening.start();
            channels.forEach(channel -> postgres.notify(channel, channel));
            Inbox.await(() -> assertThat(inbox.bodies()).hasSameSizeAs(channels).containsAll(channels));
            assertThat(inbox.messages())
                    .allMatch(message -> message.getBody().equals(message.getHeader(PgPubSubConstants.CHANNEL)));
        }
    }

    @Test
    void payloads() throws Exception {
        List<String> payloads = some(300, Arbitraries.oneOf(text().ofMinLength(0).ofMaxLength(60),
                text().ofMinLength(2600).ofMaxLength(4100), ascii().ofMinLength(7900).ofMaxLength(8100)));
        List<String> valid = payloads.stream().filter(FuzzTest::isPayload).toList();
        assertThat(valid.size()).isBetween(payloads.size() / 10, payloads.size() * 9 / 10);
        Inbox inbox = new Inbox();
        try (CamelWithPostgres both = new CamelWithPostgres(postgres)
                .receive("pgpubsub:fuzzed?singleListener=false&queueSize=10000", inbox).start()) {
            Endpoint endpoint = both.context().getEndpoint("pgpubsub:fuzzed");
            List<CompletableFuture<Exchange>> sent = new ArrayList<>();
            try (var producer = endpoint.createAsyncProducer()) {
                producer.start();
                for (String payload : payloads) {
                    Exchange exchange = endpoint.createExchange();
                    exchange.getMessage().setBody(payload);
                    sent.add(producer.processAsync(exchange));
                }
                for (int i = 0; i < payloads.size(); i++) {
                    Exception failure = sent.get(i).get(60, TimeUnit.SECONDS).getException();
                    if (isPayload(payloads.get(i))) {
                        assertThat(failure).isNull();
                    } else {
                        assertThat(failure).isInstanceOf(IllegalArgumentException.class);
                        assertThat(payloads.get(i).length() > 8 && stackTrace(failure).contains(payloads.get(i))).isFalse();
                    }
                }
            }
            inbox.awaitSize(valid.size());
            assertThat(inbox.bodies()).isEqualTo(valid);
        }
    }

    @Test
    void headersOfOddTypes() throws Exception {
        UUID uuid = UUID.randomUUID();
        Map<Object, String> good = Map.of("text", "text", new StringBuilder("built"), "built", 42, "42", 'c', "c",
                TimeUnit.DAYS, "DAYS", uuid, uuid.toString(), "Größe".getBytes(UTF_8), "Größe");
        List<Object> bad = List.of(List.of(SECRET), Map.of(SECRET, SECRET), new Object[] {SECRET}, SECRET.toCharArray(),
                new IllegalStateException(SECRET), new Object(), Instant.now(), true);
        try (Connection listener = postgres.connect(); Statement statement = listener.createStatement()) {
            PGConnection pg = listener.unwrap(PGConnection.class);
            for (Map.Entry<Object, String> each : good.entrySet()) {
                statement.execute("listen " + pg.escapeIdentifier(each.getValue()));
                camel.template().sendBodyAndHeader("pgpubsub:elsewhere", "", PgPubSubConstants.OVERRIDE_CHANNEL, each.getKey());
                assertThat(pg.getNotifications(20_000)).extracting(PGNotification::getName).containsExactly(each.getValue());
            }
        }
        for (Object each : bad) {
            Throwable failure = catchThrowable(() -> camel.template().sendBodyAndHeader(
                    "pgpubsub:elsewhere", "", PgPubSubConstants.OVERRIDE_CHANNEL, each));
            assertThat(failure).isInstanceOf(CamelExecutionException.class).rootCause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(PgPubSubConstants.OVERRIDE_CHANNEL).hasMessageContaining(each.getClass().getTypeName())
                    .hasMessageNotContaining(SECRET);
        }
    }

    /** Valid URLs with a few characters removed, doubled or inserted. */
    @Test
    void urls() {
        Random random = new Random(SEED);
        List<String> good = List.of("postgres://me:" + SECRET + "@host:5432/db?sslmode=require",
                "postgresql://host,other:5433/db?user=me&password=" + SECRET,
                "jdbc:postgresql://host:5432/db?user=me&password=" + SECRET + "&sslmode=disable",
                "jdbc:postgresql:db?password=" + SECRET);
        try (LoggedLines logged = LoggedLines.capture()) {
            for (int i = 0; i < 4000; i++) {
                String url = mutated(good.get(i % good.size()), random);
                if (hasPassword(url)) {
                    try {
                        assertThat(new UrlConnectionSource(url, null, null).toString()).as(url).doesNotContain(SECRET);
                    } catch (IllegalArgumentException refusal) {
                        assertThat(stackTrace(refusal)).as(url).doesNotContain(SECRET);
                    }
                }
            }
            assertThat(logged.lines()).filteredOn(line -> line.contains(SECRET)).isEmpty();
        }
    }

    /** The same in endpoint URIs, if the options begin with a ? and a complete name: Camel can't recognise others as options. */
    @Test
    void endpoints() {
        Random random = new Random(SEED);
        List<String> good = List.of("pgpubsub:x?url=RAW(postgres://me:" + SECRET + "@host:5432/db)&group=g",
                "pgpubsub:x?url=RAW(jdbc:postgresql://host/db?user=me&password=" + SECRET + ")",
                "pgpubsub:x?url=jdbc:postgresql://host/db&user=me&password=RAW(" + SECRET + ")&queueSize=5");
        try (LoggedLines logged = LoggedLines.capture()) {
            for (int i = 0; i < 600; i++) {
                String uri = mutated(good.get(i % good.size()), random);
                if (hasPassword(uri) && uri.matches("pgpubsub:[^?&]*\\?.*") && uri.matches(".*[?&](url|password)=RAW\\(.*")) {
                    try {
                        assertThat(camel.context().getEndpoint(uri).toString()).as(uri).doesNotContain(SECRET);
                    } catch (Exception refusal) {
                        assertThat(stackTrace(refusal)).as(uri).doesNotContain(SECRET);
                    }
                }
            }
            assertThat(logged.lines()).filteredOn(line -> line.contains(SECRET)).isEmpty();
        }
    }

    /** Whether the secret is still at the position of a password. */
    private static boolean hasPassword(String text) {
        return PASSWORD.matcher(text).find();
    }

    private static String mutated(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(3)) {
                case 0 -> mutated.deleteCharAt(at);
                case 1 -> mutated.insert(at, mutated.charAt(at));
                default -> mutated.insert(at, "@:/?&=%#+{}()[],; \"\\é".charAt(random.nextInt(21)));
            }
        }
        return mutated.toString();
    }

    private static StringArbitrary text() {
        return Arbitraries.strings().withChars("aZ\"'\\%$;: \t\né€\0").all();
    }

    private static StringArbitrary ascii() {
        return Arbitraries.strings().withCharRange(' ', '~').excludeChars('%', '?');
    }

    private static List<String> some(int count, Arbitrary<String> arbitrary) {
        return arbitrary.generator(1000).stream(new Random(SEED)).map(Shrinkable::value).limit(count).toList();
    }

    /** The server's rules, implemented a second time. */
    private static boolean isChannel(String text) {
        int bytes = text.getBytes(UTF_8).length;
        return bytes >= 1 && bytes <= 63 && isStorable(text);
    }

    private static boolean isPayload(String text) {
        return text.getBytes(UTF_8).length <= 7999 && isStorable(text);
    }

    private static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && new String(text.getBytes(UTF_8), UTF_8).equals(text);
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
