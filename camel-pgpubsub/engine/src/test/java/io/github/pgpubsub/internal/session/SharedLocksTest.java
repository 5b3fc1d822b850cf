package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server holds the locks that were wanted last, whatever was wanted in between. */
class SharedLocksTest {

    private static final int KEYS = 4;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void theLastWishCounts() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (ServerConnection connection = open(); Connection other = postgres.connect()) {
            Requests requests = new Requests(connection, "marks", new Pulse(), () -> {});
            SessionStream stream = requests.of(new RecordingSubscriber("one"));
            Set<Long> wanted = new TreeSet<>();
            for (int i = 0; i < 300; i++) {
                for (int wishes = random.nextInt(6); wishes > 0; wishes--) {
                    long key = random.nextInt(KEYS);
                    if (random.nextBoolean()) {
                        wanted.add(key);
                        stream.shareLock(key);
                    } else {
                        wanted.remove(key);
                        stream.unshareLock(key);
                    }
                }
                requests.flush();
                assertThat(held(other, connection.backend())).as("seed %d, step %d", seed, i).isEqualTo(wanted);
                requests.check();
            }
        }
    }

    @Test
    void aLockInTheHandsOfAnotherIsTakenWhenItIsFree() throws Exception {
        try (ServerConnection connection = open(); Connection other = postgres.connect()) {
            other.createStatement().execute("select pg_advisory_lock(n) from generate_series(1, 2) n");
            Requests requests = new Requests(connection, "marks", new Pulse(), () -> {});
            RecordingSubscriber one = new RecordingSubscriber("one");
            SessionStream stream = requests.of(one);
            stream.shareLock(1);
            stream.shareLock(2);
            stream.shareLock(3);
            requests.flush();
            assertThat(held(other, connection.backend())).containsExactly(3L);
            assertThat(one.told).hasSize(2).allMatch(each -> each.contains("in exclusive mode"));
            requests.check();

            // Given up while it is refused: not taken when it is free.
            stream.unshareLock(2);
            other.createStatement().execute("select pg_advisory_unlock_all()");
            await().until(() -> {
                requests.flush();
                return held(other, connection.backend()).equals(Set.of(1L, 3L));
            });
            assertThat(one.told).last().isEqualTo("granted");
        }
    }

    private static Set<Long> held(Connection other, int backend) throws SQLException {
        Set<Long> held = new TreeSet<>();
        try (ResultSet rows = other.createStatement().executeQuery(
                "select objid from pg_locks where locktype = 'advisory' and granted and pid = " + backend)) {
            while (rows.next()) {
                held.add(rows.getLong(1));
            }
        }
        return held;
    }

    private static ServerConnection open() throws SQLException {
        return ServerConnection.open(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()), "test",
                Duration.ofSeconds(60), null);
    }
}
