package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.PostgresServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A proxy ends connections that were idle for a time shorter than {@code heartbeatInterval}. */
@Tag("long")
class IdleConnectionIT {

    /** Shorter than the {@code heartbeatInterval} of 5 s. After a loss, half of it is the interval. */
    private static final Duration IDLE = Duration.ofSeconds(4);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSessionThatIsLostInASilenceAsksEarlier(boolean singleListener) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (LoggedLines log = LoggedLines.capture();
                Impatient proxy = new Impatient(postgres.server(), IDLE);
                Application application = new Application(postgres).receive("in",
                        "pgpubsub:idle?gapMarker=reconnect&singleListener=" + singleListener, arrivals)) {
            application.configuration().setUrl(proxy.url(postgres.database()));
            // A member of a group polls every half second, so it is never silent for this long.
            application.configuration().setAcquireInterval(10_000);
            application.start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < IDLE.multipliedBy(4).toNanos()) {
                // The test needs silence, for four times as long as the proxy allows.
                Thread.sleep(IDLE.toMillis() / 10);
            }
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.notify("idle", "there");
            arrivals.awaitBodies("there");
            Figures.print("idle connections end after %d ms, heartbeatInterval 5000, singleListener=%b: %d losses in %d ms",
                    IDLE.toMillis(), singleListener, arrivals.gaps().size(), IDLE.multipliedBy(4).toMillis());
            assertThat(arrivals.gaps()).hasSizeLessThanOrEqualTo(1);
            assertThat(log.lines()).filteredOn(line -> line.contains("may end idle connections"))
                    .hasSize(arrivals.gaps().size()).allMatch(line -> line.contains("heartbeatInterval=5000"));
        }
    }

    /** Forwards bytes, and ends a connection that was idle for a time. */
    private static final class Impatient implements AutoCloseable {

        private final PostgresServer server;
        private final int patience;
        private final ServerSocket listener;

        Impatient(PostgresServer server, Duration patience) {
            this.server = server;
            this.patience = Math.toIntExact(patience.toMillis());
            try {
                listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            run(this::accept);
        }

        String url(String database) {
            return "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + "/" + database;
        }

        private void accept() throws IOException {
            while (true) {
                Socket client = listener.accept();
                Socket behind = new Socket(server.host(), server.port());
                // As with many proxies, only bytes from the client keep the connection alive.
                client.setSoTimeout(patience);
                run(() -> pass(client, behind));
                run(() -> pass(behind, client));
            }
        }

        private static void pass(Socket from, Socket to) throws IOException {
            try (from; to) {
                byte[] buffer = new byte[16 * 1024];
                OutputStream out = to.getOutputStream();
                for (int length = from.getInputStream().read(buffer); length >= 0; length = from.getInputStream().read(buffer)) {
                    out.write(buffer, 0, length);
                }
            } catch (SocketTimeoutException idle) {
                // Both ends are closed.
            }
        }

        private static void run(Passage passage) {
            Thread thread = new Thread(() -> {
                try {
                    passage.run();
                } catch (IOException e) {
                    // Counts as the end of the connection.
                }
            }, "impatient");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }

        private interface Passage {
            void run() throws IOException;
        }
    }
}
