package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The server refuses a batch because of one message: the others are sent one by one, whatever happens meanwhile. */
@Timeout(180)
class RefusedBatchTest {

    private static final int MESSAGES = 20;
    private static final int REFUSED = 3;
    private static final int BREAKS = 8;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final CountDownLatch firstIsOnItsWay = new CountDownLatch(1);
    private final CountDownLatch firstMayGo = new CountDownLatch(1);
    private Connection listening;
    private Publisher<Numbered> publisher;

    /** Is slow when it is to be sent alone. */
    private static final class Numbered extends Outgoing {

        final int number;
        final CompletableFuture<Exception> outcome = new CompletableFuture<>();
        private final long pauseMillis;
        private int sent;

        Numbered(int number, long pauseMillis) {
            super(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
            this.number = number;
            this.pauseMillis = pauseMillis;
        }

        @Override
        boolean markSent() {
            if (++sent == 2) {
                // A time and no condition: the test's subject is what the timekeeper, which nobody sees, does meanwhile.
                sleep(pauseMillis);
            }
            return super.markSent();
        }

        @Override
        protected long weight() {
            return 0;
        }

        @Override
        protected void call(Exception told) {
            outcome.complete(told);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The first message waits until all others do, so that they make one batch. */
    private final class Statement implements BatchStatement<Numbered> {

        /** The connection breaks when this message is sent alone. */
        private final int breaksAt;

        Statement(int breaksAt) {
            this.breaksAt = breaksAt;
        }

        @Override
        public String noun() {
            return "notification";
        }

        @Override
        public ServerConnection open(ConnectionSource source, String name, Duration ioTimeout, ConnectionCustomizer customizer)
                throws SQLException {
            return ServerConnection.open(source, name, ioTimeout, customizer);
        }

        @Override
        public void opened(ServerConnection connection) {}

        @Override
        public void closed(ServerConnection connection) {}

        @Override
        public void send(ServerConnection connection, List<Numbered> batch) throws SQLException {
            if (batch.get(0).number == 0) {
                awaitRelease();
            }
            if (batch.size() == 1 && batch.get(0).number == breaksAt) {
                connection.abort();
            }
            try (PreparedStatement statement = connection.jdbc()
                    .prepareStatement("select pg_notify(channel, n::text) from unnest(?, ?) as sent(channel, n)")) {
                Object[] channels = batch.stream().map(each -> each.number == REFUSED ? "" : "numbers").toArray();
                statement.setArray(1, connection.jdbc().createArrayOf("text", channels));
                statement.setArray(2, connection.jdbc().createArrayOf("int", batch.stream().map(each -> each.number).toArray()));
                statement.execute();
            }
        }
    }

    private void awaitRelease() {
        try {
            firstIsOnItsWay.countDown();
            firstMayGo.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void listen() throws SQLException {
        listening = postgres.connect();
        listening.createStatement().execute("listen numbers");
    }

    @AfterEach
    void close() throws SQLException {
        firstMayGo.countDown();
        publisher.close();
        pool.shutdown();
        listening.close();
    }

    private List<Numbered> publish(int breaksAt, long pauseMillis) throws Exception {
        publisher = new Publisher<>(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()),
                new PublisherOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), 100, 100, null),
                new Statement(breaksAt), (purpose, task) -> new Thread(task, purpose), pool);
        publisher.start();
        List<Numbered> messages = IntStream.rangeClosed(0, MESSAGES).mapToObj(number -> new Numbered(number, pauseMillis))
                .toList();
        publisher.publish(messages.get(0));
        firstIsOnItsWay.await();
        messages.subList(1, messages.size()).forEach(publisher::publish);
        firstMayGo.countDown();
        return messages;
    }

    private static Exception outcome(Numbered message) throws Exception {
        return message.outcome.get(60, TimeUnit.SECONDS);
    }

    /** As many as are expected, and those that come in a moment more. */
    private List<Integer> heard(int expected) throws SQLException {
        List<Integer> heard = new ArrayList<>();
        boolean more = true;
        while (more) {
            PGNotification[] some = listening.unwrap(PGConnection.class)
                    .getNotifications(heard.size() < expected ? 60_000 : 200);
            for (PGNotification each : some) {
                heard.add(Integer.valueOf(each.getParameter()));
            }
            more = some.length > 0;
        }
        return heard;
    }

    @Test
    void whatWasNotSentGoesOnAfterTheReconnect() throws Exception {
        List<Numbered> messages = publish(BREAKS, 0);
        for (Numbered each : messages) {
            Exception outcome = outcome(each);
            if (each.number == REFUSED) {
                assertThat(outcome).hasMessageContaining("channel name cannot be empty");
            } else if (each.number == BREAKS) {
                assertThat(outcome).isInstanceOf(UnknownOutcomeException.class);
            } else {
                assertThat(outcome).as("message %s", each.number).isNull();
            }
        }
        assertThat(heard(MESSAGES - 1)).isEqualTo(
                IntStream.rangeClosed(0, MESSAGES).boxed().filter(number -> number != REFUSED && number != BREAKS).toList());
        assertThat(publisher.status().queued()).isZero();
    }

    /** Between two of them none is on its way, which is no reason to give up the connection. */
    @Test
    void aStopSendsTheOthersFirst() throws Exception {
        List<Numbered> messages = publish(-1, 100);
        assertThat(outcome(messages.get(1))).isNull();
        publisher.close();
        for (Numbered each : messages) {
            assertThat(outcome(each) == null).as("message %s: %s", each.number, outcome(each)).isEqualTo(each.number != REFUSED);
        }
        assertThat(heard(MESSAGES)).hasSize(MESSAGES);
    }
}
