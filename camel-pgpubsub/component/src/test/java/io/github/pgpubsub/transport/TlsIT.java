package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.camel.CamelWithPostgres;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.support.Certificates;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** TLS with a verified certificate; and the sockets beneath it, which answer the driver's peeks at once, lose nothing. */
@Tag("long")
class TlsIT {

    private static final Path FOLDER = folder();
    private static final Certificates CERTIFICATES = new Certificates(FOLDER);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of(
            "ssl", "on", "ssl_cert_file", CERTIFICATES.certificate(), "ssl_key_file", CERTIFICATES.key()));

    /** How connections are opened. */
    enum Link {
        PLAIN("sslmode=disable"), PLAIN_DRIVERS_SOCKET("sslmode=disable&socketFactory="), TLS(
                "sslmode=verify-full&sslrootcert=" + CERTIFICATES.authority()), TLS_DRIVERS_SOCKET(
                        "sslmode=verify-full&socketFactory=&sslrootcert=" + CERTIFICATES.authority());

        final String parameters;

        Link(String parameters) {
            this.parameters = parameters;
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("pgpubsub-tls-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void removeFolder() throws IOException {
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(FOLDER);
    }

    @Test
    void bothSidesAreEncryptedAndVerified() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = camel(postgres.url(), Link.TLS).receive("pgpubsub:tls", inbox).start()) {
            camel.send("pgpubsub:tls", "hello");

            inbox.awaitBodies("hello");
            assertThat(
                    postgres.strings("select a.application_name || s.ssl from pg_stat_ssl s join pg_stat_activity a using (pid)"
                            + " where a.application_name like 'pgpubsub %' order by 1"))
                    .containsExactly("pgpubsub " + camel.context().getName() + " listentrue",
                            "pgpubsub " + camel.context().getName() + " publishtrue");
        }
    }

    @Test
    void anAuthorityThatDidNotSignIsRefused() throws Exception {
        String url = postgres.url() + "?sslmode=verify-full&sslrootcert=" + CERTIFICATES.otherAuthority();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).receive("pgpubsub:refused", new Inbox())) {
            camel.configuration().setUrl(url);
            assertThatThrownBy(camel::start).hasMessageContaining("unable to find valid certification path");
        }
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).start()) {
            camel.configuration().setUrl(url);
            assertThatThrownBy(() -> camel.send("pgpubsub:refused", "hello"))
                    .hasStackTraceContaining("unable to find valid certification path");
        }
    }

    /** The driver does not reveal the kind of this failure, so the component tries again, as with an unreachable server. */
    @Test
    void aNameThatTheCertificateDoesNotHaveIsRefused() {
        try (CamelWithPostgres camel = camel(postgres.url().replace("127.0.0.1", "localhost"), Link.TLS).start()) {
            assertThatThrownBy(() -> camel.send("pgpubsub:refused?sendTimeout=500", "hello"))
                    .cause().hasMessageContaining("hostname localhost could not be verified");
        }
    }

    /** Bytes are cut within TLS records, within protocol messages, and between them. */
    @ParameterizedTest
    @EnumSource
    void whatArrivesInSmallPiecesIsWhole(Link link) throws Exception {
        List<String> payloads = IntStream.range(0, 60).mapToObj(TlsIT::payload).toList();
        Inbox inbox = new Inbox();
        try (Proxy proxy = new Proxy(postgres.server())) {
            String url = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database();
            try (CamelWithPostgres camel = camel(url, link)) {
                // Heartbeats during the stream: their answers come between notifications.
                camel.receive("pgpubsub:pieces?singleListener=false&heartbeatInterval=50&heartbeatTimeout=20000", inbox).start();
                proxy.pieces(97, Duration.ofMillis(1));
                for (String payload : payloads) {
                    postgres.notify("pieces", payload);
                }

                inbox.awaitSize(payloads.size());
                assertThat(inbox.bodies()).isEqualTo(payloads);
                proxy.delay(Duration.ZERO);
            }
        }
    }

    /** Payloads of ten to four thousand bytes, all different. */
    private static String payload(int number) {
        Random random = new Random(number);
        int size = number % 3 == 0 ? 10 + random.nextInt(200) : 4000;
        StringBuilder text = new StringBuilder(number + ":");
        while (text.length() < size) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource
    void aBurstArrivesInOrder(Link link) throws Exception {
        int count = 50_000;
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = camel(postgres.url(), link)) {
            camel.receive("pgpubsub:burst?singleListener=false", inbox).start();
            long begin = System.nanoTime();
            postgres.strings("select count(pg_notify('burst', n || repeat('x', 50))) from generate_series(0, ? - 1) n", count);

            inbox.awaitSize(count);
            Figures.print("burst of %d, %s: %d ms", count, link, Duration.ofNanos(System.nanoTime() - begin).toMillis());
            String tail = "x".repeat(50);
            assertThat(inbox.bodies()).isEqualTo(IntStream.range(0, count).mapToObj(n -> n + tail).toList());
        }
    }

    /** Whatever the size of its messages, and only where the socket sees their ends. */
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 4001, 7990})
    void aBacklogComesInPortions(int size) throws Exception {
        int count = 20_000_000 / (size + 100);
        int frame = "NXXXXPPPPportions00".length();
        try (Connection listener = new UrlConnectionSource(postgres.url() + "?" + Link.PLAIN.parameters, postgres.user(),
                postgres.password()).open(); Statement statement = listener.createStatement()) {
            statement.execute("listen portions");
            postgres.strings("select count(pg_notify('portions', lpad(n::text, ?, 'x'))) from generate_series(1, ?) n",
                    size, count);
            int received = 0;
            int longest = 0;
            while (received < count) {
                PGNotification[] portion = listener.unwrap(PGConnection.class).getNotifications(20_000);
                assertThat(portion).isNotEmpty();
                assertThat(portion[0].getParameter()).hasSize(size).endsWith("x" + (received + 1));
                received += portion.length;
                longest = Math.max(longest, portion.length * (size + frame));
            }
            Figures.print("portions of %d notifications of %d bytes: %d KB at most", count, size, longest / 1024);
            // A run, the buffers of driver and socket, and the last message.
            assertThat(longest).isLessThan(512 * 1024);
        }
    }

    /** Printed, not asserted, because the machine's load affects it. */
    @ParameterizedTest
    @EnumSource
    void anIdleChannelsLatency(Link link) throws Exception {
        int count = 200;
        LinkedBlockingQueue<Long> arrivals = new LinkedBlockingQueue<>();
        List<Long> micros = new ArrayList<>();
        try (CamelWithPostgres camel = camel(postgres.url(), link);
                Connection sender = postgres.connect();
                PreparedStatement notify = sender.prepareStatement("select pg_notify('idle', '')")) {
            camel.route(route -> route.from("pgpubsub:idle?singleListener=false")
                    .process(exchange -> arrivals.add(System.nanoTime()))).start();
            // The first messages warm up.
            for (int i = -100; i < count; i++) {
                // The measurement needs idle time between two sends.
                Thread.sleep(2);
                long sent = System.nanoTime();
                notify.executeQuery().close();
                micros.add(TimeUnit.NANOSECONDS.toMicros(arrivals.poll(60, TimeUnit.SECONDS) - sent));
            }
        }
        List<Long> measured = micros.subList(micros.size() - count, micros.size());
        Figures.print("idle latency, %s: median %.2f ms of %d", link, Figures.median(measured) / 1000.0, count);
        assertThat(arrivals).isEmpty();
    }

    private static CamelWithPostgres camel(String url, Link link) {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        camel.configuration().setUrl(url + "?" + link.parameters);
        return camel;
    }
}
