package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An object keeps the settings with which it was built. */
class BuilderTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final ConnectionSource nowhere = new UrlConnectionSource("jdbc:postgresql://127.0.0.1:1/nowhere", null, null);
    private volatile String made = "";

    @Test
    void aBuilderThatIsUsedAgainDoesNotChangeWhatItMade() {
        PgPubSub.Builder builder = PgPubSub.to(nowhere).name("first").threads(this::thread);
        PgPubSub first = builder.build();
        builder.name("second");
        try (first) {
            first.publish("ch", "x", Duration.ofSeconds(5), failure -> {});
            assertThat(made).startsWith("first");
        }
    }

    @Test
    void whatTheOtherPublishesIsNotOwn() throws Exception {
        PgPubSub.Builder builder = PgPubSub.to(source());
        BlockingQueue<String> payloads = new LinkedBlockingQueue<>();
        try (PgPubSub first = builder.build();
                PgPubSub second = builder.build();
                Subscription filtered = first.subscribe(
                        SubscriptionOptions.to("ch").singleListener(false).filtered(true).build(), handler(payloads))) {
            second.publish("ch", "of the other", Duration.ofSeconds(5), failure -> {});
            assertThat(payloads.poll(60, TimeUnit.SECONDS)).isEqualTo("of the other");
            assertThat(filtered.isReceiving()).isTrue();
        }
    }

    private static MessageHandler handler(BlockingQueue<String> payloads) {
        return message -> {
            if (message instanceof Message.Notification notification) {
                payloads.add(notification.payload());
            }
        };
    }

    private static ConnectionSource source() {
        return new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
    }

    private Thread thread(String name, Runnable task) {
        made = name;
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Test
    void aBatchHoldsAtLeastOne() {
        assertThatThrownBy(() -> PgPubSub.to(nowhere).maxBatch(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBatch");
    }

    private static final Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);

    static Stream<Arguments> outOfRange() {
        ConnectionSource source = new UrlConnectionSource("jdbc:postgresql://127.0.0.1:1/nowhere", null, null);
        Duration second = Duration.ofSeconds(1);
        return Stream.of(
                refused("reconnectDelay is PT0S; it must be at least PT0.001S",
                        () -> PgPubSub.to(source).reconnect(Duration.ZERO, second)),
                refused("reconnectMaxDelay is", () -> PgPubSub.to(source).reconnect(second, FOR_EVER)),
                refused("reconnectLimit is -2; it must be at least -1", () -> PgPubSub.to(source).reconnectLimit(-2)),
                refused("heartbeatInterval is PT2400H; it must be at most PT9H",
                        () -> PgPubSub.to(source).heartbeat(Duration.ofDays(100), second)),
                refused("heartbeatTimeout is PT10H; it must be at most PT9H",
                        () -> PgPubSub.to(source).heartbeat(second, Duration.ofHours(10))),
                refused("leaderTimeout is PT0.099S; it must be 0 or at least PT0.1S",
                        () -> SubscriptionOptions.to("ch").leaderTimeout(Duration.ofMillis(99))),
                refused("leaderTimeout is", () -> SubscriptionOptions.to("ch").leaderTimeout(Duration.ofSeconds(Long.MAX_VALUE))),
                refused("acquireInterval is",
                        () -> SubscriptionOptions.to("ch").acquireInterval(Duration.ofSeconds(Long.MAX_VALUE))),
                refused("drainTimeout is", () -> SubscriptionOptions.to("ch").drainTimeout(FOR_EVER)),
                refused("drainTimeout is PT-1S", () -> SubscriptionOptions.to("ch").drainTimeout(Duration.ofSeconds(-1))),
                refused("concurrency is 10001; it must be at most 10000", () -> SubscriptionOptions.to("ch").concurrency(10_001)),
                refused("The group is empty", () -> SubscriptionOptions.to("ch").group("")),
                refused("The group is empty", () -> KeptOptions.to("ch").group("")),
                refused("The group has the character NUL or 1", () -> KeptOptions.to("ch").group("g\u0001reshard")),
                refused("Channels that begin with pgpubsub/stored are reserved", () -> KeptOptions.to("pgpubsub/stored")),
                refused("timeout is", () -> {
                    try (PgPubSub pubSub = PgPubSub.to(source).build()) {
                        pubSub.publish("ch", "x", Duration.ofSeconds(Long.MAX_VALUE), failure -> {});
                    }
                }));
    }

    private static Arguments refused(String said, ThrowableAssert.ThrowingCallable call) {
        return Arguments.of(said, call);
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void whatIsOutOfRangeIsRefused(String said, ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(said);
    }

    @Test
    void nobodyIsDeposedWithoutALeaderTimeout() {
        assertThat(SubscriptionOptions.to("ch").leaderTimeout(Duration.ZERO).build().leaderTimeout()).isZero();
    }
}
