package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a builder makes keeps the settings with which it was made. */
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
            first.publish("ch", "x", Duration.ofSeconds(5), failure -> { });
            assertThat(made).startsWith("first");
        }
    }

    @Test
    void whatTheOtherPublishesIsNotOwn() throws Exception {
        PgPubSub.Builder builder = PgPubSub.to(source());
        BlockingQueue<String> payloads = new LinkedBlockingQueue<>();
        try (PgPubSub first = builder.build(); PgPubSub second = builder.build();
                Subscription filtered = first.subscribe(
                        SubscriptionOptions.to("ch").singleListener(false).filtered(true).build(), handler(payloads))) {
            second.publish("ch", "of the other", Duration.ofSeconds(5), failure -> { });
            assertThat(payloads.poll(20, TimeUnit.SECONDS)).isEqualTo("of the other");
            assertThat(filtered.isReceiving()).isTrue();
        }
    }

    private static MessageHandler handler(BlockingQueue<String> payloads) {
        return new MessageHandler() {
            @Override
            public void handle(Message message) {
                if (!message.isGap()) {
                    payloads.add(message.payload());
                }
            }

            @Override
            public void failed(Exception failure) {}
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
}
