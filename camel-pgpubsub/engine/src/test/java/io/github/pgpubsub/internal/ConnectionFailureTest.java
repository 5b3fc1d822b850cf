package io.github.pgpubsub.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** What a failure's message says of its reason. */
class ConnectionFailureTest {

    @Test
    void theReasonFollows() {
        assertThat(message("An I/O error occurred while sending to the backend.", new SocketException("Connection reset")))
                .isEqualTo("An I/O error occurred while sending to the backend: SocketException: Connection reset");
        assertThat(message("An I/O error occurred while sending to the backend.", new EOFException()))
                .isEqualTo("An I/O error occurred while sending to the backend: EOFException");
        assertThat(message("The connection attempt failed.", new UnknownHostException("nowhere")))
                .isEqualTo("The connection attempt failed: UnknownHostException: nowhere");
    }

    @Test
    void whatTheDriverHasSaidIsNotRepeated() {
        assertThat(message("SSL error: no path", new SSLHandshakeException("no path"))).isEqualTo("SSL error: no path");
        String refused = "Connection to here:1 refused. Check that the hostname and port are correct.";
        assertThat(message(refused, new ConnectException("Connection refused"))).isEqualTo(refused);
    }

    @Test
    void othersSayWhatTheySay() {
        assertThat(ConnectionFailure.message(new SQLException("said the test", new IOException("below"))))
                .isEqualTo("said the test");
        assertThat(ConnectionFailure.message(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
        assertThat(ConnectionFailure.firstLine(new SQLException("first\nsecond"))).isEqualTo("first");
    }

    private static String message(String text, IOException cause) {
        return ConnectionFailure.message(new PSQLException(text, PSQLState.CONNECTION_FAILURE, cause));
    }
}
