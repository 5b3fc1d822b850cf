package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A payload that fits arrives completely. A payload that does not fit fails its exchange, with size and limit in the message. */
class PayloadLimitsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Inbox inbox = new Inbox();
    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        camel = new CamelWithPostgres(postgres).receive("pgpubsub:Limits", inbox).start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    @AfterEach
    void empty() {
        inbox.clear();
    }

    static Stream<String> sevenThousandNineHundredAndNinetyNineBytes() {
        return Stream.of("x".repeat(7999), "é".repeat(3999) + "x", "€".repeat(2666) + "x", "🐘".repeat(1999) + "€");
    }

    @ParameterizedTest
    @MethodSource("sevenThousandNineHundredAndNinetyNineBytes")
    void whatFitsArrivesWhole(String payload) {
        camel.send("pgpubsub:Limits", payload);

        inbox.awaitBodies(payload);
    }

    static Stream<Arguments> whatDoesNotFit() {
        return Stream.of(
                Arguments.of("geheim".repeat(1333) + "xx", new String[] {"8000 bytes", "7999"}),
                Arguments.of("geheim" + "é".repeat(3997), new String[] {"8000 bytes", "7999"}),
                Arguments.of("geheim" + "🐘".repeat(1999), new String[] {"8002 bytes", "7999"}),
                Arguments.of("geheim".repeat(1_000_000), new String[] {"6000000 bytes", "7999"}),
                Arguments.of("geheim\0geheim", new String[] {"NUL", "index 6"}),
                Arguments.of("geheim\uD83D", new String[] {"surrogate", "index 6"}),
                Arguments.of("\uDC18geheim", new String[] {"surrogate", "index 0"}),
                Arguments.of("\uD83D\uD83D\uDC18geheim", new String[] {"surrogate", "index 0"}));
    }

    @ParameterizedTest
    @MethodSource("whatDoesNotFit")
    void whatDoesNotFitFailsItsExchangeAndIsNotRepeated(String payload, String[] said) {
        Throwable failure = catchThrowable(() -> camel.send("pgpubsub:Limits", payload));

        assertThat(failure).isInstanceOf(CamelExecutionException.class).rootCause().hasMessageContainingAll(said);
        StringWriter everything = new StringWriter();
        failure.printStackTrace(new PrintWriter(everything, true));
        assertThat(everything.toString()).doesNotContain("geheim");
        camel.send("pgpubsub:Limits", "the next one");
        inbox.awaitBodies("the next one");
    }

    @Test
    void theLimitCountsWhatIsSentNotWhatWasGiven() {
        camel.send("pgpubsub:Limits?payloadFormat=json", "x".repeat(7997));
        inbox.awaitBodies("\"" + "x".repeat(7997) + "\"");

        assertThatThrownBy(() -> camel.send("pgpubsub:Limits?payloadFormat=json", "x".repeat(7998)))
                .rootCause().hasMessageContainingAll("8000 bytes", "7999");
    }

    @Test
    void anEmptyPayloadIsNoFailure() {
        camel.send("pgpubsub:Limits", "");
        camel.send("pgpubsub:Limits", null);

        inbox.awaitBodies("", "");
    }

    static Stream<Arguments> bodiesWithoutEnd() {
        Stream<Supplier<Object>> bodies = Stream.of(
                () -> Stream.generate(() -> "geheim"),
                () -> Stream.generate(() -> "geheim").iterator(),
                () -> (Iterable<String>) () -> Stream.generate(() -> "geheim").iterator(),
                () -> Map.of("within", Stream.generate(() -> "geheim")),
                () -> new Holder(Stream.generate(() -> "geheim")));
        return bodies.flatMap(body -> Stream.of("text", "json").map(format -> Arguments.of(body, format)));
    }

    /** A bean's property that fails; Jackson wraps the exception. */
    public record Holder(Stream<String> parts) {}

    @ParameterizedTest
    @MethodSource("bodiesWithoutEnd")
    @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aBodyWithoutEndIsWrittenOnlyUntilItIsTooLong(Supplier<Object> body, String format) {
        Throwable failure = catchThrowable(() -> camel.send("pgpubsub:Limits?payloadFormat=" + format, body.get()));

        assertThat(failure).isInstanceOf(CamelExecutionException.class).rootCause()
                .isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll("more than 1048576 characters", "7999");
        assertThat(failure).hasStackTraceContaining("7999");
        camel.send("pgpubsub:Limits", "the next one");
        inbox.awaitBodies("the next one");
    }
}
