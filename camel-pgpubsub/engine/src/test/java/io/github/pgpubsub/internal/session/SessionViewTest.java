package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.status.SessionStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionViewTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SessionView view = new SessionView();

    @Test
    void aSessionThatHasNotConnectedYet() {
        SessionStatus status = view.status();
        assertThat(status.connected()).isFalse();
        assertThat(status.backend()).isZero();
        assertThat(status.reconnects()).isZero();
        assertThat(status.waitsFor()).isNull();
        assertThat(view.hasEverConnected()).isFalse();
    }

    @Test
    void connectionsAfterTheFirstAreReconnects() {
        view.connected(1, System.nanoTime());
        assertThat(view.status().reconnects()).isZero();
        view.waitsFor("a route");
        view.disconnected();
        assertThat(view.status().connected()).isFalse();
        assertThat(view.status().waitsFor()).isNull();
        view.connected(2, System.nanoTime());
        assertThat(view.status().reconnects()).isOne();
        assertThat(view.status().backend()).isEqualTo(2);
    }

    @Test
    void itIsDisconnectedSinceTheFirstTimeThatThisWasTold() {
        long before = System.nanoTime() - SECOND.toNanos();
        view.connected(1, before);
        assertThat(view.status().since()).isGreaterThanOrEqualTo(SECOND);
        view.disconnected();
        long changedAt = view.changedAt();
        assertThat(changedAt - before).isGreaterThanOrEqualTo(SECOND.toNanos());
        view.disconnected();
        assertThat(view.changedAt()).isEqualTo(changedAt);
    }

    /** Other threads see milliseconds, so that not every read creates a record; the session itself sees the exact time. */
    @Test
    void whatWasHeardLastIsSeen() {
        long begin = System.nanoTime() - SECOND.toNanos();
        view.connected(1, begin);
        view.heard(begin + 1);
        assertThat(view.heardAt()).isEqualTo(begin + 1);
        assertThat(view.status().silence()).isGreaterThanOrEqualTo(SECOND);
        long now = System.nanoTime();
        view.heard(now);
        Duration silence = view.status().silence();
        assertThat(silence).isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - now));
        view.queueUsage(0.5);
        assertThat(view.status().queueUsage()).isEqualTo(0.5);
        assertThat(view.status().connected()).isTrue();
    }
}
