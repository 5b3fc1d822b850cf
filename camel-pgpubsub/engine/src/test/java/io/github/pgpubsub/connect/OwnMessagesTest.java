package io.github.pgpubsub.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Messages of a connection count as own while the connection is in use, and for a minute afterwards. */
class OwnMessagesTest {

    private static final String SERVER = "2026-01-01 00:00:00+00";

    private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();
    private final OwnMessages backends = new OwnMessages(() -> now);

    @Test
    void aRegisteredBackendIsOursForAsLongAsItIsInUse() {
        backends.register(SERVER, 4711);
        later(Duration.ofDays(30));

        assertThat(backends.contains(SERVER, 4711)).isTrue();
    }

    @Test
    void othersAreNot() {
        backends.register(SERVER, 4711);

        assertThat(backends.contains(SERVER, 4712)).isFalse();
        assertThat(backends.contains("the server after its restart", 4711)).isFalse();
    }

    @Test
    void whatARetiredBackendSentLastIsStillOurs() {
        backends.register(SERVER, 4711);
        backends.retire(SERVER, 4711);
        later(Duration.ofSeconds(59));

        assertThat(backends.contains(SERVER, 4711)).isTrue();
    }

    @Test
    void aProcessIdThatTheSystemGivesOutAgainIsNotOurs() {
        backends.register(SERVER, 4711);
        backends.retire(SERVER, 4711);
        later(Duration.ofSeconds(61));

        assertThat(backends.contains(SERVER, 4711)).isFalse();
    }

    @Test
    void aProcessIdThatWeGetAgainIsOursForAsLongAsItIsInUse() {
        backends.register(SERVER, 4711);
        backends.retire(SERVER, 4711);
        backends.register(SERVER, 4711);
        later(Duration.ofHours(1));

        assertThat(backends.contains(SERVER, 4711)).isTrue();
    }

    @Test
    void oneThatWasNeverRegisteredCanBeRetired() {
        backends.retire(SERVER, 4711);

        assertThat(backends.contains(SERVER, 4711)).isFalse();
    }

    /** The clock starts near its maximum and overflows, as System.nanoTime may. */
    private void later(Duration duration) {
        now += duration.toNanos();
    }
}
