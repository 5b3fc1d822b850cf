package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member leaves, the server refuses to release its lock, and meanwhile the next member of the session gets the lock, too. */
class LockRequestsTest {

    private static final String HELD = "select objid::text from pg_locks where locktype = 'advisory' and granted and pid = ";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void theNextMemberKeepsItsLockWhenTheFormersIsReleased() throws Exception {
        try (ServerConnection connection = open()) {
            Requests requests = new Requests(connection, "marks", new Pulse(), () -> {});
            RecordingSubscriber one = new RecordingSubscriber("one");
            SessionStream stream = requests.of(one);
            List<String> told = new ArrayList<>();
            stream.tryLock(1, acquired -> told.add("former " + acquired));
            requests.flush();
            rename("pg_advisory_unlock", "gone");
            try {
                stream.unlock(1, () -> told.add("released"));
                requests.flush();
                stream.tryLock(1, acquired -> told.add("next " + acquired));
                requests.flush();
            } finally {
                rename("gone", "pg_advisory_unlock");
            }
            assertThat(told).containsExactly("former true", "next true");
            await().until(() -> {
                requests.flush();
                return told.contains("released");
            });
            assertThat(held(connection)).containsExactly("1");
            requests.check();

            // As if somebody had executed DISCARD ALL.
            connection.jdbc().createStatement().execute("select pg_advisory_unlock_all()");
            assertThatThrownBy(requests::check).isInstanceOf(SQLException.class)
                    .hasMessageContaining("lost its LISTENs or its locks");
        }
    }

    @Test
    void afterAsManyReleasesItIsFree() throws Exception {
        try (ServerConnection connection = open()) {
            Requests requests = new Requests(connection, "marks", new Pulse(), () -> {});
            SessionStream stream = requests.of(new RecordingSubscriber("one"));
            stream.tryLock(1, acquired -> {});
            stream.tryLock(1, acquired -> {});
            requests.flush();
            stream.unlock(1, () -> {});
            requests.flush();
            assertThat(held(connection)).containsExactly("1");
            stream.unlock(1, () -> {});
            requests.flush();
            assertThat(held(connection)).isEmpty();
            requests.check();
        }
    }

    private static List<String> held(ServerConnection connection) {
        return postgres.strings(HELD + connection.backend());
    }

    /** Of this database alone. */
    private static void rename(String from, String to) {
        postgres.execute("alter function pg_catalog." + from + "(bigint) rename to " + to);
    }

    private static ServerConnection open() throws SQLException {
        return ServerConnection.open(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()), "test",
                Duration.ofSeconds(60), null);
    }
}
