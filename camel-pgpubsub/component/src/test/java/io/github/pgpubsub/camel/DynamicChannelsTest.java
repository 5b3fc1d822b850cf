package io.github.pgpubsub.camel;

import static io.github.pgpubsub.camel.CamelWithPostgres.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.ResolveEndpointFailedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** toD sends to any channel through one endpoint, with the same channel names as separate endpoints. */
class DynamicChannelsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        camel = new CamelWithPostgres(postgres)
                .route(route -> route.from("direct:dynamic").toD("pgpubsub:${header.where}"))
                .route(route -> route.from("direct:json").toD("pgpubsub:${header.where}?payloadFormat=json&sendTimeout=5s"))
                .route(route -> route.from("direct:formats").toD("pgpubsub:${header.where}?payloadFormat=${header.format}"))
                .route(route -> route.from("direct:lenient").toD().uri("pgpubsub:${header.where}").ignoreInvalidEndpoint(true))
                .route(route -> route.from("direct:each").toD().uri("pgpubsub:${header.where}").allowOptimisedComponents(false))
                .start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    @BeforeEach
    void forgetEndpoints() throws Exception {
        camel.context().removeEndpoints("pgpubsub:*");
    }

    @Test
    void aThousandChannelsAreOneEndpointAndOneBackend() throws Exception {
        List<String> channels = IntStream.range(0, 1000).mapToObj(i -> "channel-" + i).toList();
        try (Listener listener = new Listener(channels)) {
            for (String channel : channels) {
                to(channel, "for " + channel);
            }

            assertThat(listener.await(1000)).containsExactlyElementsOf(
                    channels.stream().map(channel -> channel + " = for " + channel).toList());
        }
        assertThat(endpoints()).hasSize(1);
        assertThat(camel.backends(postgres, "%")).hasSize(1);
    }

    static Stream<String> names() {
        return Stream.concat(
                ChannelNamesTest.names().map(CamelWithPostgres::encoded),
                Stream.of("Mixed-Case.channel with spaces", "Ω≈通知🐘", "//with/slashes", "/one", "a+b c", "%252541", "%2541",
                        "%41",
                        "50%", "a&b", "{}", "user:secret@host", "//user:secret@host:1/x", "#fragment", "a%26b%3Dc"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aNameIsReadAsAnEndpointReadsIt(String name) throws Exception {
        String channel = camel.context().getEndpoint("pgpubsub:" + name, PgPubSubEndpoint.class).getChannel();
        forgetEndpoints();
        try (Listener listener = new Listener(List.of(channel))) {
            to(name, "hello");

            assertThat(listener.await(1)).containsExactly(channel + " = hello");
        }
        assertThat(endpoints()).containsExactly("pgpubsub://toD");
    }

    @Test
    void optionsStayAndAreAnotherEndpoint() throws Exception {
        try (Listener listener = new Listener(List.of("A", "B"))) {
            camel.template().sendBodyAndHeader("direct:json", "1", "where", "A");
            camel.template().sendBodyAndHeader("direct:json", "2", "where", "B");
            camel.template().sendBodyAndHeaders("direct:formats", "3", Map.of("where", "A", "format", "json"));
            camel.template().sendBodyAndHeaders("direct:formats", "4", Map.of("where", "B", "format", "text"));

            assertThat(listener.await(4)).containsExactly("A = \"1\"", "B = \"2\"", "A = \"3\"", "B = 4");
        }
        assertThat(endpoints()).hasSize(3);
    }

    @Test
    void theUsersOwnHeaderGoesFirstAndIsForOneSendOnly() throws Exception {
        try (Listener listener = new Listener(List.of("A", "B", "toD"))) {
            camel.template().send("direct:dynamic", exchange -> {
                exchange.getMessage().setHeader("where", "A");
                exchange.getMessage().setHeader(PgPubSubConstants.OVERRIDE_CHANNEL, "B");
                exchange.getMessage().setBody("theirs");
            });
            assertThat(camel.template().request("direct:dynamic", exchange -> {
                exchange.getMessage().setHeader("where", "A");
                exchange.getMessage().setBody("ours");
            }).getMessage().getHeaders()).doesNotContainKey(PgPubSubConstants.OVERRIDE_CHANNEL);

            assertThat(listener.await(2)).containsExactly("B = theirs", "A = ours");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:dynamic", "direct:each"})
    void aBadNameFailsItsExchangeWithTheUsualMessage(String route) throws Exception {
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(route, "x", "where", "é".repeat(32)))
                .cause().isInstanceOf(ResolveEndpointFailedException.class).hasMessageContainingAll("64 bytes", "63");
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(route, "x", "where", ""))
                .cause().isInstanceOf(ResolveEndpointFailedException.class);
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(route, "x", "where", encoded("pgpubsub/control/x")))
                .cause().isInstanceOf(ResolveEndpointFailedException.class).hasMessageContaining("reserved");
        try (Listener listener = new Listener(List.of("A"))) {
            camel.template().sendBodyAndHeader("direct:lenient", "ignored", "where", "x".repeat(64));
            camel.template().sendBodyAndHeader(route, "the next one", "where", "A");

            assertThat(listener.await(1)).containsExactly("A = the next one");
        }
    }

    private static void to(String name, String body) {
        camel.template().sendBodyAndHeader("direct:dynamic", body, "where", name);
    }

    private static List<String> endpoints() {
        return camel.context().getEndpoints().stream().map(endpoint -> endpoint.getEndpointUri())
                .filter(uri -> uri.startsWith("pgpubsub")).toList();
    }

    /** A plain JDBC session, without Camel. */
    private static final class Listener implements AutoCloseable {

        private final Connection connection = postgres.connect();

        Listener(List<String> channels) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                for (String channel : channels) {
                    statement.addBatch("listen " + pg().escapeIdentifier(channel));
                }
                statement.executeBatch();
            }
        }

        /** Channel and payload of the next notifications, as many as requested or as many as arrive within ten seconds. */
        List<String> await(int count) throws SQLException {
            List<String> heard = new ArrayList<>();
            while (heard.size() < count) {
                PGNotification[] some = pg().getNotifications(10_000);
                if (some == null || some.length == 0) {
                    break;
                }
                for (PGNotification each : some) {
                    heard.add(each.getName() + " = " + each.getParameter());
                }
            }
            return heard;
        }

        private PGConnection pg() throws SQLException {
            return connection.unwrap(PGConnection.class);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
