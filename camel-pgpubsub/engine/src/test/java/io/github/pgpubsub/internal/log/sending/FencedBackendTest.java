package io.github.pgpubsub.internal.log.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.internal.publish.PublisherOptions;
import io.github.pgpubsub.support.JustUsed;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The backend of a connection that was given up still has a batch, and goes on later: what was said of the batch remains true. */
@Tag("long")
@Timeout(120)
class FencedBackendTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private record Sent(String id, Exception failure) {}

    private final ExecutorService callbacks = Executors.newCachedThreadPool();
    private Proxy proxy;
    private Publisher<OutgoingKept> publisher;
    private int backend;

    @BeforeEach
    void start() throws Exception {
        postgres.execute("drop schema if exists pgpubsub cascade");
        proxy = new Proxy(postgres.server());
        publisher = new Publisher<>(
                new UrlConnectionSource("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database(),
                        postgres.user(), postgres.password()),
                new PublisherOptions("kept", Duration.ofMillis(10), Duration.ofMillis(100), 512, 10_000, null),
                new LogStatement(new LogSchema("pgpubsub"), new LogQueries("pgpubsub"), true, UUID.randomUUID()),
                (purpose, task) -> new Thread(task, purpose), callbacks);
        publisher.start();
        assertThat(get(send("before", LONG)).failure()).isNull();
        backend = postgres.backends("kept%").get(0);
    }

    @AfterEach
    void stop() {
        publisher.close();
        proxy.close();
        callbacks.shutdown();
    }

    private CompletableFuture<Sent> send(String payload, Duration timeout) {
        CompletableFuture<Sent> outcome = new CompletableFuture<>();
        publisher.publish(new OutgoingKept("orders", null, payload, null, null, System.nanoTime() + timeout.toNanos(),
                (id, failure) -> outcome.complete(new Sent(id, failure))));
        return outcome;
    }

    private static Sent get(CompletableFuture<Sent> outcome) throws Exception {
        return outcome.get(60, TimeUnit.SECONDS);
    }

    private static void signal(int pid, String signal) {
        try {
            assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).inheritIO().start().waitFor()).isZero();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** It has read what it was sent, done that, and seen the end of its connection. */
    private void thawAndAwaitTheEnd() {
        signal(backend, "CONT");
        await().atMost(SOON).until(() -> !postgres.backends("kept%").contains(backend));
    }

    private static long inLog(String payload) {
        return postgres.number("select count(*) from pgpubsub.message where payload = ?", payload);
    }

    /** What the protocol would be without the incarnation. Asserting what goes wrong then shows that the backend really goes on. */
    private static void takeTheFenceAway() {
        String fence = "and s.incarnation = send.incarnation";
        String function = postgres.strings("select pg_get_functiondef('pgpubsub.send'::regproc)").get(0);
        assertThat(function).contains(fence);
        postgres.execute(function.replace(fence, ""));
    }

    /** Right after its last use: else the connection would be checked first, and the backend would not get the batch. */
    private void freeze() throws Exception {
        JustUsed.by(() -> {
            signal(backend, "CONT");
            assertThat(get(send("use", LONG)).failure()).isNull();
            signal(backend, "STOP");
        });
    }

    private Sent sendWhileItIsFrozen() throws Exception {
        freeze();
        CompletableFuture<Sent> outcome = send("frozen", Duration.ofSeconds(5));
        Sent sent = get(outcome);
        thawAndAwaitTheEnd();
        return sent;
    }

    @Test
    void aFailedSendIsNotInsertedLater() throws Exception {
        Sent sent = sendWhileItIsFrozen();
        assertThat(sent.failure()).isInstanceOf(SQLTimeoutException.class).isNotInstanceOf(UnknownOutcomeException.class);
        assertThat(inLog("frozen")).isZero();
    }

    @Test
    void withoutTheFenceAFailedSendWouldBeInsertedLater() throws Exception {
        takeTheFenceAway();
        assertThat(sendWhileItIsFrozen().failure()).isNotNull();
        assertThat(inLog("frozen")).isEqualTo(1);
    }

    private Sent sendAgainWhileItIsFrozen() throws Exception {
        freeze();
        long before = proxy.bytesToServer();
        CompletableFuture<Sent> outcome = send("again", LONG);
        // The backend has the batch in its socket, and behind it the end.
        await().atMost(SOON).until(() -> proxy.bytesToServer() > before);
        proxy.cut();
        Sent sent = get(outcome);
        thawAndAwaitTheEnd();
        return sent;
    }

    @Test
    void aSendThatWasRepeatedIsInTheLogOnce() throws Exception {
        assertThat(sendAgainWhileItIsFrozen().failure()).isNull();
        assertThat(inLog("again")).isEqualTo(1);
    }

    @Test
    void withoutTheFenceARepeatedSendWouldBeInTheLogTwice() throws Exception {
        takeTheFenceAway();
        assertThat(sendAgainWhileItIsFrozen().failure()).isNull();
        assertThat(inLog("again")).isEqualTo(2);
    }

    /** The insert had begun: the fence waits for its lock, and the look-up sees what the old transaction commits. */
    @Test
    void aSendThatHasBegunIsWaitedFor() throws Exception {
        try (Connection holder = postgres.connect()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("lock table pgpubsub.message in access exclusive mode");
            CompletableFuture<Sent> outcome = send("begun", LONG);
            await().atMost(SOON)
                    .until(() -> postgres.number("select count(*) from pg_locks where pid = ? and not granted", backend) == 1);
            signal(backend, "STOP");
            holder.rollback();
            proxy.cut();
            await().atMost(SOON).until(
                    () -> postgres.number("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 1);
            assertThat(outcome).isNotDone();
            assertThat(inLog("begun")).isZero();
            thawAndAwaitTheEnd();
            assertThat(get(outcome).failure()).isNull();
            assertThat(inLog("begun")).isEqualTo(1);
            assertThat(postgres.strings("select id || '-' || (extract(epoch from at) * 1000000)::bigint from pgpubsub.message"
                    + " where payload = 'begun'")).containsExactly(get(outcome).id());
        }
    }

    /**
     * The commit waits for a standby, and the connection breaks: the row is committed here, but a fail-over would lose it. The commit of the
     * new incarnation waits for the standby as well, so nobody is told before.
     */
    @Test
    void nobodyIsToldBeforeTheSynchronousStandbyHasIt() throws Exception {
        setting("synchronous_standby_names", "nobody");
        try {
            CompletableFuture<Sent> outcome = send("replicated", LONG);
            await().atMost(SOON).until(() -> waitsForStandby(backend));
            proxy.cut();
            // As an administrator ends it, who can't know: locally it is committed then.
            postgres.terminate(backend);
            await().atMost(SOON).until(() -> inLog("replicated") == 1);
            await().atMost(SOON).until(() -> postgres.backends("kept%").stream().anyMatch(FencedBackendTest::waitsForStandby));
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(outcome).isNotDone();
            setting("synchronous_standby_names", "");
            assertThat(get(outcome).failure()).isNull();
            assertThat(inLog("replicated")).isEqualTo(1);
        } finally {
            setting("synchronous_standby_names", "");
        }
    }

    private static boolean waitsForStandby(int pid) {
        return postgres.strings("select wait_event from pg_stat_activity where pid = ?", pid).equals(List.of("SyncRep"));
    }

    private static void setting(String name, String value) {
        postgres.execute("alter system set " + name + " = '" + value + "'");
        postgres.strings("select pg_reload_conf()");
        await().atMost(SOON).until(() -> postgres.strings("show " + name).equals(List.of(value)));
    }
}
