package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyTest {

    private final EchoServer server = new EchoServer("a");
    private final Proxy proxy = new Proxy("127.0.0.1", server.port());

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        proxy.close();
        server.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("proxy-" + proxy.port() + "-")));
    }

    @Test
    void passesBytesOnAndCountsConnections() throws IOException {
        try (Client one = new Client(); Client two = new Client()) {
            assertThat(one.ask("hello")).isEqualTo("a:hello");
            assertThat(two.ask("again")).isEqualTo("a:again");
            assertThat(proxy.connections()).isEqualTo(2);
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void countsTheBytesThatTheServerHas() throws IOException {
        try (Client client = new Client()) {
            client.ask("1234567");
            await().untilAsserted(() -> assertThat(proxy.bytesToServer()).isEqualTo(8));
            proxy.stall();
            client.write("8");
            client.awaitSilence();
            assertThat(proxy.bytesToServer()).isEqualTo(8);
            proxy.resume();
            client.read();
            // It counts after the server has got them, and may have answered.
            await().untilAsserted(() -> assertThat(proxy.bytesToServer()).isEqualTo(10));
        }
    }

    @Test
    void passesManyBytesOnInOrder() throws IOException {
        String line = "0123456789".repeat(200_000);
        try (Client client = new Client()) {
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(client::read);
            client.write(line);
            assertThat(answer.join()).isEqualTo("a:" + line);
        }
    }

    @Test
    void passesOnThatTheServerEnds() throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("quit")).isEqualTo("a:quit");
            assertThat(client.read()).isNull();
            await().until(() -> proxy.connections() == 0);
        }
    }

    @Test
    void cutEndsTheStreamOfBothSides() throws IOException {
        try (Client client = new Client()) {
            client.ask("hello");
            proxy.cut();
            assertThat(client.read()).isNull();
            await().until(() -> server.connections() == 0);
            await().until(() -> proxy.connections() == 0);
            assertThat(server.resets()).isZero();
        }
        assertConnects();
    }

    @Test
    void resetIsAnErrorForBothSides() throws IOException {
        try (Client client = new Client()) {
            client.ask("hello");
            proxy.reset();
            assertThatThrownBy(client::read).hasRootCauseInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            await().until(() -> server.resets() == 1);
        }
        assertConnects();
    }

    @Test
    void stalledBytesArriveAfterTheStall() throws IOException {
        try (Client client = new Client()) {
            client.ask("before");
            proxy.stall();
            client.write("during");
            client.awaitSilence();
            assertThat(server.heard()).isEqualTo(1);
            proxy.resume();
            assertThat(client.read()).isEqualTo("a:during");
        }
    }

    @Test
    void answersAloneCanBeHeldBack() throws IOException {
        try (Client client = new Client()) {
            client.ask("before");
            proxy.stallAnswers();
            client.write("during");
            client.awaitSilence();
            await().until(() -> server.heard() == 2);
            proxy.resume();
            assertThat(client.read()).isEqualTo("a:during");
        }
    }

    @Test
    void aStallHidesTheServersEnd() throws IOException {
        try (Client client = new Client()) {
            client.ask("before");
            proxy.stall();
            server.close();
            client.awaitSilence();
            assertThat(proxy.connections()).isEqualTo(1);
            proxy.resume();
            assertThat(client.read()).isNull();
        }
    }

    @Test
    void newConnectionsHangInAStall() throws IOException {
        proxy.stall();
        try (Client client = new Client()) {
            client.write("early");
            client.awaitSilence();
            assertThat(server.connections()).isZero();
            proxy.resume();
            assertThat(client.read()).isEqualTo("a:early");
        }
    }

    @Test
    void cutWorksInAStall() throws IOException {
        try (Client client = new Client()) {
            client.ask("before");
            proxy.stall();
            client.write("during");
            proxy.cut();
            assertThat(client.read()).isNull();
        }
    }

    @Test
    void delaysEachDirection() throws IOException {
        try (Client client = new Client()) {
            client.ask("warm");
            proxy.delay(Duration.ofMillis(50));
            long start = System.nanoTime();
            client.ask("slow");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        }
    }

    @Test
    void aDelayDoesNotAddUp() throws IOException {
        proxy.delay(Duration.ofMillis(500));
        try (Client client = new Client()) {
            long start = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                client.write("line " + i);
            }
            for (int i = 0; i < 10; i++) {
                assertThat(client.read()).isEqualTo("a:line " + i);
            }
            // Sent one after the other, ten lines would take ten seconds.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void refusesAndTakesConnectionsOnTheSamePort() throws IOException {
        try (Client old = new Client()) {
            old.ask("before");
            proxy.refuse(true);
            proxy.refuse(true);
            assertThatThrownBy(Client::new).isInstanceOf(ConnectException.class);
            assertThat(old.ask("still")).isEqualTo("a:still");
            proxy.refuse(false);
            assertConnects();
            assertThat(old.ask("still")).isEqualTo("a:still");
        }
    }

    @Test
    void aDeadServerIsAClosedConnection() throws IOException {
        server.close();
        // The port stays reserved, so that no other program listens there and the proxy's own socket does not get it.
        try (Socket port = new Socket()) {
            port.setReuseAddress(true);
            port.bind(new InetSocketAddress(proxy.host(), server.port()));
            assertReadFails();
        }
    }

    private void assertReadFails() throws IOException {
        try (Client client = new Client()) {
            assertThatThrownBy(client::read).hasRootCauseInstanceOf(SocketException.class);
        }
    }

    @Test
    void newConnectionsGoToTheNewTarget() throws IOException {
        EchoServer other = new EchoServer("b");
        try (other; Client old = new Client()) {
            old.ask("before");
            proxy.target(other.port());
            try (Client fresh = new Client()) {
                assertThat(fresh.ask("where")).isEqualTo("b:where");
                assertThat(old.ask("where")).isEqualTo("a:where");
            }
        }
    }

    @Test
    void closedItRefuses() {
        proxy.close();
        assertThatThrownBy(Client::new).isInstanceOf(ConnectException.class);
    }

    private void assertConnects() throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("anew")).isEqualTo("a:anew");
        }
    }

    private final class Client implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader in;

        Client() throws IOException {
            socket = new Socket(proxy.host(), proxy.port());
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        String ask(String question) throws IOException {
            write(question);
            return read();
        }

        void write(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        String read() {
            try {
                return in.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void awaitSilence() throws IOException {
            socket.setSoTimeout(300);
            assertThatThrownBy(in::readLine).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(0);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
