package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders are informed within their timeout, whatever blocks the other thread. Needs no server. */
@Timeout(180)
class TimekeeperTest {

    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final PublisherOptions OPTIONS = new PublisherOptions(
            "test", Duration.ofMillis(10), Duration.ofMillis(50), 10, 10, null);

    private final CountDownLatch answers = new CountDownLatch(1);
    private final AtomicInteger made = new AtomicInteger();
    private Publisher<OutgoingNotification> publisher;

    @AfterEach
    void end() {
        answers.countDown();
        publisher.close();
    }

    @Test
    void whileAnAttemptToConnectHangs() throws Exception {
        start(Thread::new);
        CompletableFuture<Exception> waits = publish(LONG);

        assertThat(told(publish(SHORT))).isInstanceOf(SQLTimeoutException.class)
                .hasMessage("Not sent: no connection to nowhere in time");
        assertThat(waits).isNotDone();
        // The callback is called before the notification leaves the queue.
        Awaitility.await().untilAsserted(() -> assertThat(publisher.status().queued()).isEqualTo(1));
        assertThat(publisher.status().failed()).isEqualTo(1);
    }

    @Test
    void withTheReasonWhyThereIsNoConnection() throws Exception {
        start(Thread::new);
        answers.countDown();
        // If the attempt has not failed yet, the notification's own timeout comes first.
        Awaitility.await().untilAsserted(() -> assertThat(told(publish(SHORT))).hasMessage(
                "Not sent: no connection to nowhere in time: nobody is there").hasCauseInstanceOf(SQLException.class));
    }

    /** The first two threads are the timekeeper's and the sender's; the third one takes the sender's place. */
    @Test
    void aSenderThatIsGoneIsReplaced() {
        start((task, purpose) -> new Thread(purpose.equals("publish") && made.incrementAndGet() == 1 ? () -> {} : task, purpose));

        Awaitility.await().untilAsserted(() -> assertThat(made).hasValue(2));
    }

    /** And close() does not wait for it. */
    @Test
    void aSenderThatIsGoneAndNotToBeReplaced() throws Exception {
        start((task, purpose) -> {
            if (purpose.equals("publish") && made.incrementAndGet() > 1) {
                throw new OutOfMemoryError("no thread, on purpose");
            }
            return new Thread(purpose.equals("publish") ? () -> {} : task, purpose);
        });
        Awaitility.await().untilAsserted(() -> assertThat(made).hasValueGreaterThan(1));
        assertThat(told(publish(SHORT))).isInstanceOf(SQLTimeoutException.class);
        CompletableFuture<Exception> waits = publish(LONG);

        publisher.close();
        assertThat(told(waits)).hasMessage("Not sent: the publisher was closed");
    }

    @Test
    void neitherThreadGoesWithoutTheOther() throws Exception {
        BiFunction<Runnable, String, Thread> threads = (task, purpose) -> new Thread(task, purpose) {
            @Override
            public void start() {
                if (purpose.equals("publish")) {
                    throw new OutOfMemoryError("no thread, on purpose");
                }
                super.start();
            }
        };
        assertThatThrownBy(() -> start(threads)).isInstanceOf(OutOfMemoryError.class);

        assertThat(told(publish(LONG))).hasMessage("Not sent: the publisher is closed");
    }

    private void start(BiFunction<Runnable, String, Thread> threads) {
        publisher = new Publisher<>(new Nowhere(), OPTIONS, new NotifyStatement(new OwnMessages()),
                (purpose, task) -> threads.apply(task, purpose), Runnable::run);
        publisher.start();
    }

    private CompletableFuture<Exception> publish(Duration timeout) {
        CompletableFuture<Exception> told = new CompletableFuture<>();
        publisher.publish(
                new OutgoingNotification("channel", "payload", System.nanoTime() + timeout.toNanos(), told::complete));
        return told;
    }

    private static Exception told(CompletableFuture<Exception> outcome) throws Exception {
        return outcome.get(30, TimeUnit.SECONDS);
    }

    /** Hangs at first. */
    private final class Nowhere implements ConnectionSource {

        @Override
        public Connection open() throws SQLException {
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SQLException("nobody is there");
        }

        @Override
        public boolean pooled() {
            return false;
        }

        @Override
        public String toString() {
            return "nowhere";
        }
    }
}
