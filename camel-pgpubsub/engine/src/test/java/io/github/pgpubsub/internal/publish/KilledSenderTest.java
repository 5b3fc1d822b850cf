package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The thread of a sender that leads ends without ending its lead. Its own message may be lost; those behind it are sent. */
@Timeout(180)
class KilledSenderTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final PublisherOptions OPTIONS = new PublisherOptions("test", Duration.ofMillis(10), Duration.ofMillis(100),
            512,
            1000, null);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** When the thread ends. */
    private enum Killed {
        BEFORE_IT_TAKES_ITS_MESSAGE, BEFORE_THE_COMMIT, AFTER_THE_COMMIT
    }

    // As in the publisher.
    private final PublishQueue<OutgoingNotification> queue = new PublishQueue<>(1000, 100, Long.MAX_VALUE);
    private final Completions completions = new Completions(Runnable::run);
    private final InFlight<OutgoingNotification> inFlight = new InFlight<>();
    private final ReplaceableThread sender = new ReplaceableThread("publish", this::send, (name, task) -> new Thread(task, name));
    private final ReplaceableThread timekeeper = new ReplaceableThread("publish timekeeper", this::keepTime,
            (name, task) -> new Thread(task, name));
    private final PublishConnection<OutgoingNotification> connection = new PublishConnection<>(
            new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()), OPTIONS,
            new NotifyStatement(new OwnMessages()), queue, sender);
    private final LeadingSender<OutgoingNotification> leader = new LeadingSender<>(queue, connection, completions, inFlight);
    private final GroupCommit<OutgoingNotification> commits = new GroupCommit<>(queue, connection, completions, 512, inFlight,
            leader,
            sender, timekeeper);

    private void send() {
        commits.run();
    }

    private void keepTime() {
        new Timekeeper<>(queue, connection, completions, commits, leader, sender, timekeeper).run();
    }

    @BeforeEach
    void start() {
        timekeeper.start();
        sender.start();
        await().until(queue::isIdle);
    }

    @AfterEach
    void end() {
        queue.close();
        await().until(() -> commits.hasEnded() && !timekeeper.isAlive());
    }

    @ParameterizedTest
    @EnumSource
    void theMessagesBehindItAreSent(Killed when) throws Exception {
        CompletableFuture<@Nullable Exception> own = new CompletableFuture<>();
        CompletableFuture<Admission> admission = new CompletableFuture<>();
        CountDownLatch othersWait = new CountDownLatch(1);
        Thread killed = new Thread(() -> {
            try {
                admission.complete(queue.put(notification("own", own), true));
                othersWait.await();
                goOnUntil(when);
            } catch (Exception e) {
                admission.completeExceptionally(e);
            }
        }, "killed");
        killed.start();
        assertThat(admission.get(60, TimeUnit.SECONDS)).isEqualTo(Admission.LEADS);
        CompletableFuture<@Nullable Exception> first = behind("1");
        CompletableFuture<@Nullable Exception> second = behind("2");
        othersWait.countDown();
        killed.join();

        assertThat(first.get(60, TimeUnit.SECONDS)).isNull();
        assertThat(second.get(60, TimeUnit.SECONDS)).isNull();
        Exception told = own.get(60, TimeUnit.SECONDS);
        if (when == Killed.BEFORE_IT_TAKES_ITS_MESSAGE) {
            assertThat(told).isNull();
        } else {
            assertThat(told).isInstanceOf(UnknownOutcomeException.class);
        }
        assertThat(behind("later").get(60, TimeUnit.SECONDS)).isNull();
        await().until(queue::isIdle);
        assertThat(inFlight.isEmpty()).isTrue();
    }

    /** What {@link LeadingSender#lead} does. */
    private void goOnUntil(Killed when) throws SQLException {
        if (when != Killed.BEFORE_IT_TAKES_ITS_MESSAGE) {
            inFlight.set(queue.takeBatch(1, Long.MAX_VALUE));
        }
        if (when == Killed.AFTER_THE_COMMIT) {
            connection.commit(inFlight.batch());
        }
    }

    private CompletableFuture<@Nullable Exception> behind(String payload) throws InterruptedException {
        CompletableFuture<@Nullable Exception> told = new CompletableFuture<>();
        assertThat(queue.put(notification(payload, told), false)).isEqualTo(Admission.TAKEN);
        return told;
    }

    private static OutgoingNotification notification(String payload, CompletableFuture<@Nullable Exception> told) {
        return new OutgoingNotification("channel", payload, System.nanoTime() + LONG.toNanos(), told::complete);
    }
}
