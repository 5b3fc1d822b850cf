package io.github.pgpubsub.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.internal.socket.EagerSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads with a timeout of 1 ms do not wait, all others do, and no byte is lost between them. */
class EagerSocketTest {

    private static final int PEEK = 1;
    private static final int BUFFER = 8192;
    private static final long MUCH = 1L << 30;
    private static final int LARGE = 16 * 1024;
    private static final long PAUSE_NANOS = 100_000;

    private ServerSocket listener;
    private Socket client;
    private Socket server;
    private InputStream in;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = new EagerSocketFactory().createSocket();
        client.connect(listener.getLocalSocketAddress());
        server = listener.accept();
        in = client.getInputStream();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        listener.close();
    }

    /** On a plain socket, each of these reads would wait for its millisecond. */
    @Test
    void peeksAtNothingDoNotWait() throws IOException {
        int peeks = 50;
        client.setSoTimeout(PEEK);

        // The fastest of many rounds: others may have been interrupted by other processes.
        long fastest = Long.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            long begin = System.nanoTime();
            for (int i = 0; i < peeks; i++) {
                assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);
            }
            fastest = Math.min(fastest, System.nanoTime() - begin);
        }

        assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(peeks));
    }

    @Test
    void aPeekGetsWhatHasArrived() throws IOException {
        send(new byte[] {1, -1, 0});
        await().until(() -> in.available() == 3);
        client.setSoTimeout(PEEK);

        assertThat(in.read()).isEqualTo(1);
        assertThat(in.read()).isEqualTo(255);
        assertThat(in.read()).isZero();
        assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aReadWithALongerTimeoutWaitsAsLong() throws IOException {
        client.setSoTimeout(50);

        long begin = System.nanoTime();
        assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(49));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 60_000})
    void afterAPeekAReadWaitsForBytes(int timeout) throws Exception {
        client.setSoTimeout(PEEK);
        assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(timeout);

        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
            byte[] bytes = null;
            while (bytes == null) {
                try {
                    bytes = read();
                } catch (SocketTimeoutException again) {
                    // Out of two milliseconds.
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
            return bytes;
        });
        assertThat(read).isNotDone();
        send(new byte[] {42});

        assertThat(read.get()).containsExactly(42);
    }

    /** So that a backlog comes in portions: the driver returns its notifications when a peek finds nothing. */
    @Test
    void aRunOfPeeksEndsAndGoesOnAfterAReadThatWaits() throws Exception {
        byte[] backlog = new byte[5 * EagerSocket.LONGEST_RUN];
        new Random(1).nextBytes(backlog);
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(backlog));
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        int portions = 0;
        while (received.size() < backlog.length) {
            client.setSoTimeout(60_000);
            received.write(read());
            int portion = BUFFER + readWhilePeeksFind(received);
            assertThat(portion).isLessThanOrEqualTo(EagerSocket.LONGEST_RUN + 2 * BUFFER);
            portions++;
        }
        sent.get();

        assertThat(received.toByteArray()).isEqualTo(backlog);
        assertThat(portions).isGreaterThanOrEqualTo(5);
    }

    /** Like the driver: a peek and, if it finds a byte, a read without a timeout. */
    private int readWhilePeeksFind(ByteArrayOutputStream received) throws IOException {
        int count = 0;
        while (true) {
            client.setSoTimeout(PEEK);
            try {
                byte[] bytes = read();
                count += bytes.length;
                received.write(bytes);
            } catch (SocketTimeoutException nothing) {
                return count;
            }
        }
    }

    /** A message that is longer than a portion, or begins at the end of one, is read completely. */
    @Test
    void readsWithoutATimeoutKnowNoEndOfARun() throws Exception {
        byte[] message = new byte[3 * EagerSocket.LONGEST_RUN];
        new Random(2).nextBytes(message);
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(message));

        assertThat(in.readNBytes(message.length)).isEqualTo(message);
        sent.get();
    }

    @Test
    void theEndIsSeenByTheNextReadThatWaits() throws IOException {
        server.close();
        client.setSoTimeout(PEEK);
        assertThatThrownBy(this::read).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(60_000);

        assertThat(in.read(new byte[BUFFER], 0, BUFFER)).isEqualTo(-1);
        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void whatIsTakenInAheadIsReadInItsPlace() throws Exception {
        byte[] sent = new byte[3 * EagerSocket.LONGEST_RUN];
        new Random(3).nextBytes(sent);
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(sent));
        EagerSocket socket = (EagerSocket) client;
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        await().until(() -> socket.readAhead(0, MUCH) > EagerSocket.LONGEST_RUN);
        while (received.size() < sent.length) {
            client.setSoTimeout(60_000);
            received.write(read());
            assertThat(readWhilePeeksFind(received)).isLessThanOrEqualTo(EagerSocket.LONGEST_RUN + 2 * BUFFER);
            socket.readAhead(0, MUCH);
        }
        sending.get();

        assertThat(received.toByteArray()).isEqualTo(sent);
        assertThat(socket.readAhead(0, MUCH)).isZero();
    }

    @Test
    void nothingIsTakenInAheadBeforeItHasWaited() throws Exception {
        EagerSocket socket = (EagerSocket) client;
        long hour = Duration.ofHours(1).toNanos();
        send(new byte[] {1, 2, 3});
        await().until(() -> in.available() == 3);

        assertThat(socket.readAhead(hour, MUCH)).isZero();
        assertThat(socket.readAhead(0, MUCH)).isEqualTo(3);
        assertThat(in.available()).isEqualTo(3);
        assertThat(in.readNBytes(3)).containsExactly(1, 2, 3);
    }

    /**
     * The kernel offers a window for large packets and then gets small ones, which take more of its memory for each byte. With a
     * receive buffer of a given size, Linux drops packets then, and the peer repeats them after longer and longer pauses: here after
     * about 0.2, 0.6, 1.4, 3, 6 and 12 s.
     */
    @Test
    void aReaderThatStoodStillGoesOnAtOnce() throws Exception {
        int large = 200 * LARGE;
        int small = 200_000;
        int packet = 30;
        server.setTcpNoDelay(true);
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            for (int sent = 0; sent < large; sent += LARGE) {
                send(new byte[LARGE]);
            }
            for (int sent = 0; sent < small; sent += packet) {
                send(new byte[packet]);
                // Otherwise the kernel sends several in one packet.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        });
        client.setSoTimeout(60_000);
        in.readNBytes(large);
        awaitThatNothingMoreArrives(Duration.ofMillis(6500));
        sending.get();

        long longest = 0;
        int received = 0;
        while (received < small) {
            long before = System.nanoTime();
            received += read().length;
            longest = Math.max(longest, System.nanoTime() - before);
        }

        assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void aConnectionOfAUrlHasOneUnlessTheUrlNamesAnother() throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + "/db";
        assertThat(source(url)).isEqualTo(source(url + "?socketFactory=" + EagerSocketFactory.class.getName()));
        listener.close();

        int before = Plain.MADE.get();
        assertThatThrownBy(() -> source(url + "?socketFactory=" + Plain.class.getName()).open()).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> source(url.replace("jdbc:", "") + "?socketFactory=" + Plain.class.getName()).open())
                .isInstanceOf(SQLException.class);
        assertThat(Plain.MADE.get() - before).isEqualTo(2);
    }

    private static UrlConnectionSource source(String url) {
        return new UrlConnectionSource(url, null, null);
    }

    private void awaitThatNothingMoreArrives(Duration time) {
        int[] latest = {-1};
        long[] since = {0};
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            int now = in.available();
            if (now != latest[0]) {
                latest[0] = now;
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > time.toNanos();
        });
    }

    @Test
    void noMoreIsTakenInAheadThanMayBeKept() throws Exception {
        EagerSocket socket = (EagerSocket) client;
        byte[] sent = {1, 2, 3, 4, 5, 6, 7};
        send(sent);
        await().until(() -> in.available() == sent.length);

        assertThat(socket.readAhead(0, 3)).isEqualTo(4);
        assertThat(socket.readAhead(0, 3)).isEqualTo(5);
        assertThat(socket.readAhead(0, MUCH)).isEqualTo(7);
        assertThat(in.readNBytes(sent.length)).isEqualTo(sent);
    }

    /** The rest has waited as long. */
    @Test
    void whatThereWasNoMemoryForIsTakenInAsSoonAsThereIs() throws Exception {
        EagerSocket socket = (EagerSocket) client;
        long second = Duration.ofSeconds(1).toNanos();
        send(new byte[] {1, 2, 3, 4, 5, 6, 7});
        await().until(() -> in.available() == 7);

        await().until(() -> socket.readAhead(second, 3) == 4);
        assertThat(socket.readAhead(second, MUCH)).isEqualTo(7);
    }

    private byte[] read() throws IOException {
        byte[] buffer = new byte[BUFFER];
        int count = in.read(buffer, 0, buffer.length);
        assertThat(count).isPositive();
        return Arrays.copyOf(buffer, count);
    }

    private void send(byte[] bytes) {
        try {
            server.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A setting of the user. */
    public static final class Plain extends SocketFactory {

        static final AtomicInteger MADE = new AtomicInteger();

        @Override
        public Socket createSocket() {
            MADE.incrementAndGet();
            return new Socket();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return new Socket(host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return new Socket(host, port, localHost, localPort);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return new Socket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
            return new Socket(host, port, localHost, localPort);
        }
    }
}
