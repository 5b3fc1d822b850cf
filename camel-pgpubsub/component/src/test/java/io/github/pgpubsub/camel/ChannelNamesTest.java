package io.github.pgpubsub.camel;

import static io.github.pgpubsub.camel.CamelWithPostgres.encoded;
import static io.github.pgpubsub.camel.CamelWithPostgres.uri;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.Statement;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Message;
import org.apache.camel.ResolveEndpointFailedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** A channel's name is used exactly as written, whatever its characters, or refused. */
class ChannelNamesTest {

    private static final String DROP = "x\"; drop table t; --";
    private static final String RESERVED = "pgpubsub/control/0123456789abcdef0123456789abcdef";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        postgres.execute("create table t (id int)");
        camel = new CamelWithPostgres(postgres)
                .route(route -> route.from("direct:anywhere").toD("pgpubsub:${header.path}")).start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    static Stream<String> names() {
        return Stream.of(
                "Mixed-Case.channel with spaces",
                "sixty-three-bytes-".repeat(3) + "123456789",
                "é".repeat(31) + "x",
                "Ω≈ç√∫ 通知 🐘",
                "\"quoted\" 'single' `back`",
                "semi;colon,comma",
                DROP,
                "'); drop table t; --",
                "a/b//c",
                "/leading",
                "trailing/",
                "100%",
                "%/100",
                "a+b",
                "a&b=c",
                "a#b",
                "#name#and#another#",
                "..",
                "with.dots:and:colons@at",
                "back\\slash",
                " leading and trailing ",
                "brackets[]{}()<>",
                "$1 ${body} :name #bean",
                "select",
                "*");
    }

    @ParameterizedTest
    @MethodSource("names")
    void anyNameIsTakenExactlyByBothSides(String channel) throws Exception {
        Inbox inbox = new Inbox();
        camel.route(route -> route.from(uri(channel)).routeId(channel).process(inbox));
        try {
            postgres.notify(channel, "from SQL");
            camel.send(uri(channel), "from Camel");
            camel.template().sendBodyAndHeader("pgpubsub:elsewhere", "by header", PgPubSubConstants.OVERRIDE_CHANNEL, channel);

            inbox.awaitBodies("from SQL", "from Camel", "by header");
            assertThat(inbox.messages()).extracting(message -> message.getHeader(PgPubSubConstants.CHANNEL))
                    .containsOnly(channel);
            assertThat(postgres.number("select count(*) from t")).isZero();
        } finally {
            camel.context().getRouteController().stopRoute(channel);
            camel.context().removeRoute(channel);
        }
    }

    @Test
    void whatNeedsNoEncodingGetsNone() throws Exception {
        Inbox inbox = new Inbox();
        camel.receive("pgpubsub:Mixed-Case.channel with spaces", inbox).receive("pgpubsub:Ω≈通知🐘", inbox)
                .receive("pgpubsub://with/slashes", inbox).receive("pgpubsub:a+b c", inbox);

        postgres.notify("Mixed-Case.channel with spaces", "1");
        postgres.notify("Ω≈通知🐘", "2");
        postgres.notify("with/slashes", "3");
        postgres.notify("a+b c", "4");
        inbox.awaitSize(4);
    }

    @Test
    void namesThatDifferInCaseAreTwo() throws Exception {
        Inbox upper = new Inbox();
        Inbox lower = new Inbox();
        camel.receive("pgpubsub:Same", upper).receive("pgpubsub:same", lower);

        camel.send("pgpubsub:Same", "upper");
        camel.send("pgpubsub:same", "lower");
        postgres.execute("notify Same, 'folded'");

        upper.awaitBodies("upper");
        lower.awaitBodies("lower", "folded");
    }

    /** Camel decodes the path of a URI twice; a character that is encoded twice arrives unchanged. */
    @Test
    void aPercentSignBeforeTwoHexDigitsIsEncodedThrice() throws Exception {
        Inbox inbox = new Inbox();
        camel.receive("pgpubsub:%252541", inbox);

        postgres.notify("%41", "exactly");
        postgres.notify("A", "decoded once more");
        camel.send("pgpubsub:%252541", "from Camel");

        inbox.awaitBodies("exactly", "from Camel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"who? me?", "//two slashes", "%41", "tab\tand\nnewline", "\u0001"})
    void whatAUriCantHoldComesThroughTheHeader(String channel) throws Exception {
        try (Connection listener = postgres.connect(); Statement statement = listener.createStatement()) {
            statement.execute("listen " + listener.unwrap(PGConnection.class).escapeIdentifier(channel));

            camel.template().sendBodyAndHeader("pgpubsub:elsewhere", "hello", PgPubSubConstants.OVERRIDE_CHANNEL, channel);

            assertThat(listener.unwrap(PGConnection.class).getNotifications(10_000)).singleElement()
                    .returns(channel, PGNotification::getName).returns("hello", PGNotification::getParameter);
        }
    }

    @Test
    void whatLooksLikeSqlIsText() throws Exception {
        Inbox inbox = new Inbox();
        camel.receive(uri(DROP) + "?group=" + encoded("g'; drop table t; --"), inbox);

        camel.template().sendBodyAndHeader("pgpubsub:elsewhere", "'); drop table t; --", PgPubSubConstants.OVERRIDE_CHANNEL,
                DROP);
        camel.template().sendBodyAndHeader(uri(DROP), "$$; drop table t; --", "x'); drop table t; --", "x'); drop table t; --");

        inbox.awaitBodies("'); drop table t; --", "$$; drop table t; --");
        assertThat(inbox.messages()).extracting(Message::getHeaders)
                .allMatch(headers -> !headers.containsKey("x'); drop table t; --"));
        assertThat(postgres.number("select count(*) from t")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "🐘"})
    void sixtyFourBytesAreRefusedWhenTheEndpointIsMade(String character) {
        String channel = character.repeat(64 / character.getBytes(UTF_8).length);

        assertThatThrownBy(() -> camel.context().getEndpoint(uri(channel)))
                .isInstanceOf(ResolveEndpointFailedException.class).hasMessageContaining("64 bytes").hasMessageContaining("63");
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(
                "pgpubsub:elsewhere", "hello", PgPubSubConstants.OVERRIDE_CHANNEL, channel))
                .isInstanceOf(CamelExecutionException.class).hasRootCauseInstanceOf(IllegalArgumentException.class)
                .rootCause().hasMessageContaining("64 bytes").hasMessageContaining("63");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub:", "pgpubsub://", "pgpubsub:?group=a", "pgpubsub://?group=a"})
    void anEmptyNameIsRefusedWhenTheEndpointIsMade(String uri) {
        assertThatThrownBy(() -> camel.context().getEndpoint(uri)).isInstanceOf(ResolveEndpointFailedException.class);
    }

    @Test
    void anEmptyHeaderIsRefusedToo() {
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(
                "pgpubsub:elsewhere", "hello", PgPubSubConstants.OVERRIDE_CHANNEL, ""))
                .rootCause().isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 to 63 bytes");
    }

    @Test
    void theChannelsOnWhichGroupsTalkAreReserved() {
        assertThatThrownBy(() -> camel.context().getEndpoint(uri(RESERVED)))
                .isInstanceOf(ResolveEndpointFailedException.class).hasMessageContaining("reserved");
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(
                "pgpubsub:elsewhere", "1 VACANT", PgPubSubConstants.OVERRIDE_CHANNEL, RESERVED))
                .rootCause().isInstanceOf(IllegalArgumentException.class).hasMessageContaining("reserved");
    }

    @Test
    void whatPostgresCantHoldIsRefused() {
        assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:a%00b"))
                .isInstanceOf(ResolveEndpointFailedException.class);
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(
                "pgpubsub:elsewhere", "hello", PgPubSubConstants.OVERRIDE_CHANNEL, "a\0b"))
                .rootCause().isInstanceOf(IllegalArgumentException.class).hasMessageContaining("NUL");
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader(
                "pgpubsub:elsewhere", "hello", PgPubSubConstants.OVERRIDE_CHANNEL, "half\uD83Dpair"))
                .rootCause().isInstanceOf(IllegalArgumentException.class).hasMessageContaining("surrogate");
    }

    /** Java decodes invalid bytes to U+FFFD, which would name a different channel, the same for all of them. */
    @ParameterizedTest
    @ValueSource(strings = {"a%ff", "%ED%A0%80", "a%25ff", "%C3", "a%EF%BF%BD"})
    void aUriThatIsNoUtf8IsRefused(String path) {
        assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:" + path))
                .isInstanceOf(ResolveEndpointFailedException.class).hasStackTraceContaining("not UTF-8");
        assertThatThrownBy(() -> camel.template().requestBodyAndHeader("direct:anywhere", "hello", "path", path))
                .isInstanceOf(CamelExecutionException.class).hasStackTraceContaining("not UTF-8");
    }
}
