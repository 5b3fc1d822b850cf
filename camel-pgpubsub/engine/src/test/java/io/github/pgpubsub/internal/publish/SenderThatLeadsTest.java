package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.JustUsed;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sender commits its message itself if nobody is ahead of it; whatever happens to it meanwhile, the others get what is theirs. */
@Timeout(180)
class SenderThatLeadsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    /** Enough to lead, and less than the connection waits for an answer. */
    private static final Duration SHORT = Duration.ofSeconds(7);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Proxy proxy = new Proxy(postgres.server());
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final List<Thread> senders = new ArrayList<>();
    private Publisher<OutgoingNotification> publisher;

    /** What a sender learns; null: it is committed. */
    private final class Sender {

        final CompletableFuture<Boolean> returned = new CompletableFuture<>();
        final CompletableFuture<@Nullable Exception> told = new CompletableFuture<>();
        final AtomicReference<Boolean> interrupted = new AtomicReference<>();
        final Thread thread;

        Sender(String payload, Duration timeout) {
            thread = new Thread(() -> {
                returned.complete(publisher.publishHere(new OutgoingNotification("channel", payload,
                        System.nanoTime() + timeout.toNanos(), told::complete)));
                interrupted.set(Thread.currentThread().isInterrupted());
            }, "sender " + payload);
            senders.add(thread);
            thread.start();
        }

        /** Whether it is committed, by whichever thread. */
        boolean committed() throws InterruptedException, ExecutionException {
            return returned.get() || told.get() == null;
        }

        boolean refused() throws InterruptedException, ExecutionException {
            return !returned.get() && told.isDone();
        }
    }

    @BeforeEach
    void start() throws Exception {
        String url = postgres.url().replaceFirst("//[^/]*/", "//" + proxy.host() + ":" + proxy.port() + "/");
        publisher = new Publisher<>(new UrlConnectionSource(url, postgres.user(), postgres.password()),
                new PublisherOptions("test", Duration.ofMillis(10), Duration.ofMillis(100), 512, 1000, null),
                new NotifyStatement(new OwnMessages()), (purpose, task) -> new Thread(task, purpose), pool);
        publisher.start();
        publisher.awaitFirstAttempt(LONG);
        awaitIdle();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.resume();
        publisher.close();
        pool.shutdown();
        proxy.close();
        for (Thread each : senders) {
            each.join();
        }
    }

    @Test
    void itsThreadCommits() throws Exception {
        useConnection();
        long before = publisher.status().committed();
        Sender sender = new Sender("a", LONG);

        assertThat(sender.returned.get()).isTrue();
        assertThat(publisher.status().committed() - before).isEqualTo(1);
        assertThat(sender.told).isNotDone();
    }

    @Test
    void anAsynchronousSenderIsNotBlocked() throws Exception {
        proxy.stall();
        CompletableFuture<@Nullable Exception> told = new CompletableFuture<>();
        publisher.publish(new OutgoingNotification("channel", "a", System.nanoTime() + LONG.toNanos(), told::complete));
        assertThat(told).isNotDone();
        proxy.resume();

        assertThat(told.get()).isNull();
    }

    /** It would break the connection for others when its time is up. */
    @Test
    void whoHasLittleTimeDoesNotLead() throws Exception {
        useConnection();
        proxy.stall();
        Sender sender = new Sender("a", Duration.ofSeconds(4));

        assertThat(sender.returned.get()).isFalse();
        assertThat(sender.told.get()).isInstanceOf(UnknownOutcomeException.class);
        int backend = publisher.status().backend();
        proxy.resume();
        assertThat(new Sender("b", LONG).committed()).isTrue();
        assertThat(publisher.status().backend()).isEqualTo(backend);
    }

    @Test
    void anInterruptDoesNotBreakTheConnection() throws Exception {
        int backend = publisher.status().backend();
        Sender leader = leader(LONG);
        Sender follower = new Sender("follower", LONG);
        assertThat(follower.returned.get()).isFalse();
        leader.thread.interrupt();
        proxy.resume();

        assertThat(leader.returned.get()).isTrue();
        leader.thread.join();
        assertThat(leader.interrupted).hasValue(true);
        assertThat(follower.told.get()).isNull();
        assertThat(publisher.status().backend()).isEqualTo(backend);
    }

    @Test
    void itReturnsWhenItsTimeIsUpAndTheOthersAreSent() throws Exception {
        int backend = publisher.status().backend();
        Sender leader = leader(SHORT);
        Sender hurried = new Sender("hurried", Duration.ofMillis(300));
        Sender follower = new Sender("follower", LONG);

        assertThat(hurried.told.get()).isInstanceOf(SQLTimeoutException.class);
        assertThat(leader.returned).isNotDone();
        long before = System.nanoTime();
        assertThat(leader.returned.get()).isFalse();
        assertThat(leader.told.get()).isInstanceOf(UnknownOutcomeException.class);
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(9));
        assertThat(follower.told).isNotDone();
        proxy.resume();

        assertThat(follower.told.get()).isNull();
        assertThat(publisher.status().backend()).isNotEqualTo(backend);
    }

    @Test
    void aBrokenConnectionIsItsOwnUnknownOutcomeOnly() throws Exception {
        Sender leader = leader(LONG);
        long before = publisher.status().committed();
        List<Sender> followers = List.of(new Sender("1", LONG), new Sender("2", LONG), new Sender("3", LONG));
        for (Sender each : followers) {
            assertThat(each.returned.get()).isFalse();
        }
        proxy.reset();
        proxy.resume();

        assertThat(leader.returned.get()).isFalse();
        assertThat(leader.told.get()).isInstanceOf(UnknownOutcomeException.class);
        for (Sender each : followers) {
            assertThat(each.told.get()).isNull();
        }
        assertThat(publisher.status().committed() - before).isEqualTo(3);
        assertThat(publisher.status().reconnects()).isEqualTo(1);
    }

    @Test
    void aRefusalIsItsOwn() throws Exception {
        int backend = publisher.status().backend();
        useConnection();
        Sender refused = new Sender("x".repeat(8000), LONG);

        assertThat(refused.returned.get()).isFalse();
        assertThat(refused.told.get()).isInstanceOf(SQLException.class).isNotInstanceOf(UnknownOutcomeException.class);
        useConnection();
        assertThat(new Sender("a", LONG).returned.get()).isTrue();
        assertThat(publisher.status().backend()).isEqualTo(backend);
    }

    @Test
    void aCloseWaitsForItAndForThoseBehindIt() throws Exception {
        Sender leader = leader(LONG);
        Sender follower = new Sender("follower", LONG);
        assertThat(follower.returned.get()).isFalse();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(publisher::close, pool);
        Awaitility.await().until(() -> new Sender("late", LONG).refused());
        assertThat(closed).isNotDone();
        proxy.resume();

        closed.get();
        assertThat(leader.returned.get()).isTrue();
        assertThat(follower.told.get()).isNull();
    }

    /** A connection that was not used for a while is checked first, by the publisher's thread. */
    @Test
    void afterAPauseItDoesNotLead() throws Exception {
        // The pause itself is the condition: nothing but time makes a connection untrusted.
        Thread.sleep(PublishConnection.TRUSTED.toMillis() + 100);
        Sender sender = new Sender("a", LONG);

        assertThat(sender.returned.get()).isFalse();
        assertThat(sender.told.get()).isNull();
    }

    private Sender leader(Duration timeout) throws Exception {
        useConnection();
        proxy.stall();
        Sender leader = new Sender("leader", timeout);
        Awaitility.await().until(() -> !publisher.isIdle());
        return leader;
    }

    /** A sender leads only where the connection was used just now. */
    private void useConnection() throws Exception {
        JustUsed.by(() -> {
            assertThat(new Sender("use", LONG).committed()).isTrue();
            awaitIdle();
        });
    }

    private void awaitIdle() {
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(publisher::isIdle);
    }
}
