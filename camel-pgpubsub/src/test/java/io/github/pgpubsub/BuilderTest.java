package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a builder makes keeps the settings with which it was made. */
class BuilderTest {

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
