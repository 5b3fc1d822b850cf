package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Outcomes of one notification, and settings with which none could be sent. */
class OutgoingTest {

    private final OutgoingNotification outgoing = new OutgoingNotification("a", "b", 0, failure -> {});

    @Test
    void oneThatWaitsAfterARefusedBatchCanEndAndIsNotSentThen() {
        assertThat(outgoing.markSent()).isTrue();
        assertThat(outgoing.endUnsent(new Exception())).as("with the server").isFalse();

        outgoing.markWaiting();
        assertThat(outgoing.isSent()).isFalse();
        assertThat(outgoing.endUnsent(new Exception())).isTrue();
        assertThat(outgoing.isEnded()).isTrue();
        assertThat(outgoing.markSent()).isFalse();
        assertThat(outgoing.end(null)).as("told once").isFalse();
    }

    @Test
    void oneThatIsSentAgainAfterARefusedBatchIsWithTheServer() {
        outgoing.markSent();
        outgoing.markWaiting();

        assertThat(outgoing.markSent()).isTrue();
        assertThat(outgoing.isSent()).isTrue();
        assertThat(outgoing.endUnsent(new Exception())).isFalse();
    }

    @Test
    void oneWhoseOutcomeIsKnownStaysEnded() {
        outgoing.markSent();
        outgoing.end(null);
        outgoing.markWaiting();

        assertThat(outgoing.markSent()).isFalse();
        assertThat(outgoing.endUnsent(new Exception())).isFalse();
    }

    @Test
    void settingsWithWhichNothingCouldBeSentAreRefused() {
        assertThatThrownBy(() -> options(0, 1)).hasMessageContainingAll("maxBatch", "0", "at least 1");
        assertThatThrownBy(() -> options(1, 0)).hasMessageContainingAll("capacity", "0", "at least 1");
        assertThatThrownBy(() -> new PublisherOptions("x", Duration.ofMillis(-1), Duration.ZERO, 1, 1, null))
                .hasMessageContaining("negative");
    }

    private static PublisherOptions options(int maxBatch, int capacity) {
        return new PublisherOptions("x", Duration.ZERO, Duration.ZERO, maxBatch, capacity, null);
    }
}
