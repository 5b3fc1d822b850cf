package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever user code and the JVM throw: later messages are sent, and every callback is called in time, by the executor. */
@Timeout(180)
class PublisherGoesOnTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final ConnectionSource server = new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
    private final ConnectionSource nowhere = new UrlConnectionSource("jdbc:postgresql://localhost:1/none", "a", "b");
    private final ExecutorService pool = Executors.newCachedThreadPool(task -> new Thread(task, "callbacks"));
    private final AtomicInteger attempts = new AtomicInteger();
    private final BiFunction<String, Runnable, Thread> threads = (purpose, task) -> new Thread(task, purpose);
    private Publisher<OutgoingNotification> publisher;

    @AfterEach
    void close() {
        publisher.close();
        pool.shutdown();
    }

    @Test
    void anErrorOfACustomizer() throws Exception {
        start(server, threads, pool, connection -> {
            if (attempts.incrementAndGet() < 3) {
                throw new NoClassDefFoundError("a class of the customizer");
            }
        });

        assertThat(send("a", SOON)).isNull();
        assertThat(attempts).hasValue(3);
        assertThat(publisher.status().connected()).isTrue();
    }

    @Test
    void anErrorOfADataSource() throws Exception {
        start(new Failing(server, () -> {
            throw new StackOverflowError();
        }), threads, pool, null);

        assertThat(send("a", SOON)).isNull();
    }

    @Test
    void anErrorForEverIsToldInTime() throws Exception {
        start(server, threads, pool, connection -> {
            attempts.incrementAndGet();
            throw new AssertionError("on purpose");
        });
        // The second attempt shows that the first failure is known, however slow the machine.
        Awaitility.await().atMost(SOON).until(() -> attempts.get() > 1);

        assertThat(send("a", Duration.ofMillis(300))).isInstanceOf(SQLTimeoutException.class)
                .hasMessageContainingAll("Not sent", "on purpose");
    }

    @Test
    void anInterruptThatUserCodeLeavesBehind() throws Exception {
        start(new Failing(server, () -> Thread.currentThread().interrupt()), threads, pool,
                connection -> Thread.currentThread().interrupt());

        assertThat(send("a", SOON)).isNull();
        assertThat(send("b", SOON)).isNull();
    }

    @Test
    void anExecutorThatTakesNothing() throws Exception {
        start(server, threads, task -> {
            throw attempts.incrementAndGet() % 2 == 0 ? new RejectedExecutionException() : new IllegalStateException();
        }, null);

        for (int i = 0; i < 10; i++) {
            assertThat(send("a" + i, SOON)).isNull();
        }
        start(nowhere, threads, task -> {
            throw new LinkageError();
        }, null);
        assertThat(send("a", Duration.ofMillis(100))).isInstanceOf(SQLTimeoutException.class);
    }

    @Test
    void aSenderThatIsGone() throws Exception {
        start(server, firstOfEachEnds("publish"), pool, null);

        assertThat(send("a", SOON)).isNull();
    }

    @Test
    void aTimekeeperThatIsGone() throws Exception {
        start(server, firstOfEachEnds("publish timekeeper"), pool, null);
        assertThat(send("a", SOON)).isNull();
        publisher.close();

        start(nowhere, firstOfEachEnds("publish timekeeper"), pool, null);
        assertThat(send("a", Duration.ofMillis(300))).isInstanceOf(SQLTimeoutException.class);
    }

    /** The sending thread finds this between two attempts. */
    @Test
    void aTimekeeperThatIsGoneWhileThereIsNoServer() throws Exception {
        CountDownLatch attempted = new CountDownLatch(2);
        Map<String, Boolean> made = new ConcurrentHashMap<>();
        start(counted(nowhere, attempted), (purpose, task) -> new Thread(
                purpose.equals("publish timekeeper") && made.put(purpose, true) == null ? () -> await(attempted) : task, purpose),
                pool, null);

        assertThat(send("a", Duration.ofMillis(300))).isInstanceOf(SQLTimeoutException.class);
    }

    @Test
    void thoseThatFindNoPlaceAreCountedAndToldByTheExecutor() throws Exception {
        start(nowhere, threads, pool, null);
        CompletableFuture<Exception> first = publish("waits", SOON);
        assertThat(send("full", Duration.ofMillis(50))).isInstanceOf(SQLTimeoutException.class)
                .hasMessageContaining("1 notifications are already waiting");
        Thread.currentThread().interrupt();
        CompletableFuture<Exception> interrupted = publish("interrupted", SOON);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(publisher.status().failed()).isEqualTo(2);

        publisher.close();
        assertThat(first.get(60, TimeUnit.SECONDS)).hasMessageContaining("Not sent");
        assertThat(send("closed", SOON)).isInstanceOf(SQLException.class).hasMessageContaining("closed");
        assertThat(publisher.status().failed()).isEqualTo(4);
    }

    @Test
    void aSessionThatTheServerWouldEndWhenIdle() throws Exception {
        // Only for the publisher's connection: under load it would also end the connections of the test's own queries.
        String url = postgres.url() + (postgres.url().contains("?") ? "&" : "?") + "options=-c%20idle_session_timeout=200ms";
        start(new UrlConnectionSource(url, postgres.user(), postgres.password()), threads, pool, null);
        assertThat(send("a", SOON)).isNull();
        int backend = publisher.status().backend();

        Awaitility.await().during(Duration.ofMillis(700)).atMost(SOON).until(() -> postgres.number(
                "select count(*) from pg_stat_activity where pid = ?", backend) == 1);
        assertThat(send("b", SOON)).isNull();
        assertThat(publisher.status().reconnects()).isZero();
    }

    private void start(ConnectionSource source, BiFunction<String, Runnable, Thread> threadMaker, Executor callbacks,
            ConnectionCustomizer customizer) {
        if (publisher != null) {
            publisher.close();
        }
        publisher = new Publisher<>(source,
                new PublisherOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), 10, 1, customizer),
                new NotifyStatement(new OwnMessages()), threadMaker, callbacks);
        publisher.start();
    }

    /** Like a thread that dies. */
    private BiFunction<String, Runnable, Thread> firstOfEachEnds(String which) {
        Map<String, Boolean> made = new ConcurrentHashMap<>();
        return (purpose, task) -> new Thread(purpose.equals(which) && made.put(purpose, true) == null ? () -> {} : task, purpose);
    }

    private Exception send(String payload, Duration timeout) throws Exception {
        return publish(payload, timeout).get(30, TimeUnit.SECONDS);
    }

    private CompletableFuture<Exception> publish(String payload, Duration timeout) {
        CompletableFuture<Exception> told = new CompletableFuture<>();
        Thread caller = Thread.currentThread();
        publisher.publish(new OutgoingNotification("channel", payload, System.nanoTime() + timeout.toNanos(), failure -> {
            if (Thread.currentThread() == caller) {
                told.completeExceptionally(new AssertionError("told by the sender's own thread"));
            }
            told.complete(failure);
        }));
        return told;
    }

    private static ConnectionSource counted(ConnectionSource source, CountDownLatch attempts) {
        return new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                attempts.countDown();
                return source.open();
            }

            @Override
            public boolean pooled() {
                return false;
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fails at first. */
    private static final class Failing implements ConnectionSource {

        private final ConnectionSource source;
        private final Runnable first;
        private final CountDownLatch failed = new CountDownLatch(1);

        Failing(ConnectionSource source, Runnable first) {
            this.source = source;
            this.first = first;
        }

        @Override
        public Connection open() throws SQLException {
            if (failed.getCount() > 0) {
                failed.countDown();
                first.run();
            }
            return source.open();
        }

        @Override
        public boolean pooled() {
            return false;
        }

        @Override
        public String toString() {
            return List.of(source).toString();
        }
    }
}
