package io.github.pgpubsub.internal.connection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FirstAttemptTest {

    private static final SQLException WRONG_PASSWORD = new SQLException("wrong password", "28P01");
    private static final SQLException AWAY = new SQLException("nobody is there", "08001");

    private final FirstAttempt attempt = new FirstAttempt();

    private void start() throws Exception {
        attempt.await(Duration.ofSeconds(60));
    }

    @Test
    void aHopelessAttemptFailsTheStart() {
        attempt.failed(WRONG_PASSWORD);
        assertThatThrownBy(this::start).isSameAs(WRONG_PASSWORD);
    }

    @Test
    void afterAnyOtherTheStartContinues() throws Exception {
        attempt.failed(AWAY);
        start();
    }

    /** The operator has mended the password, and starts the route again. */
    @Test
    void aLaterStartGetsTheLatestOutcome() throws Exception {
        attempt.failed(WRONG_PASSWORD);
        assertThatThrownBy(this::start).isSameAs(WRONG_PASSWORD);
        attempt.succeeded();
        start();
    }

    /** As with a primary that is not ready yet after a fail-over: the connection is tried again. */
    @Test
    void aRefusalAfterASuccessFailsNoStart() throws Exception {
        attempt.succeeded();
        attempt.failed(WRONG_PASSWORD);
        start();
    }

    @Test
    void theEndChangesNoOutcome() throws Exception {
        SQLException gaveUp = new SQLException("gave up");
        attempt.gaveUp(gaveUp);
        attempt.end();
        assertThatThrownBy(this::start).isSameAs(gaveUp);
    }

    @Test
    void theEndReleasesWhoWaits() throws Exception {
        attempt.end();
        start();
    }
}
