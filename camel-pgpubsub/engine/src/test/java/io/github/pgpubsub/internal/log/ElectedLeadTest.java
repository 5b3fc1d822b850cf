package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member that has resigned comes back, once, whatever goes wrong meanwhile. */
@Timeout(120)
class ElectedLeadTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SESSIONS = "a listen%";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Purposes for which no thread can be created. */
    private final Set<String> lacking = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicBoolean interrupts = new AtomicBoolean();
    private final Subscriptions subscriptions = new Subscriptions("a", Duration.ofSeconds(10),
            () -> new Session(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()),
                    new SessionOptions("a listen", Duration.ofMillis(20), Duration.ofMillis(200), -1, Duration.ofSeconds(5),
                            Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                    this::thread),
            this::thread, new WorkerPool("a", this::thread), Runnable::run);
    private final ElectedLead lead = new ElectedLead(subscriptions, "pgpubsub", new Shard("orders", "default"),
            Duration.ofMillis(50), Duration.ofSeconds(10), new SubscriptionListener() {}, this::thread);

    private Thread thread(String purpose, Runnable task) {
        if (lacking.contains(purpose)) {
            refused.incrementAndGet();
            // Not an OutOfMemoryError, which would end the tests if nobody caught it.
            throw new Error("unable to create native thread");
        }
        if (purpose.equals("listen") && interrupts.getAndSet(false)) {
            Thread.currentThread().interrupt();
        }
        Thread thread = new Thread(task, purpose);
        thread.setDaemon(true);
        return thread;
    }

    private void awaitRefusals() {
        int former = refused.get();
        // A thread for the way back is asked for by those who look whether it leads.
        await().atMost(SOON).until(() -> !lead.isLeading() && refused.get() >= former + 2);
    }

    private void closesWithoutLeavingAnythingBehind() {
        lead.close();
        await().atMost(SOON).until(() -> postgres.backends(SESSIONS).isEmpty());
        assertThat(subscriptions.groups()).isZero();
    }

    @AfterEach
    void close() {
        subscriptions.close();
    }

    @Test
    void comesBackAfterATimeWithoutThreads() throws Exception {
        lead.start();
        await().atMost(SOON).until(lead::isLeading);
        lacking.add("election");
        lead.resign("a test");
        awaitRefusals();
        // The lock is released whether or not somebody brings this member back.
        await().atMost(SOON).until(() -> postgres.backends(SESSIONS).isEmpty());
        lacking.add("listen");
        lacking.remove("election");
        awaitRefusals();
        lacking.remove("listen");
        await().atMost(SOON).until(lead::isLeading);
        closesWithoutLeavingAnythingBehind();
    }

    @Test
    void comesBackAfterAStrayInterrupt() throws Exception {
        lead.start();
        await().atMost(SOON).until(lead::isLeading);
        interrupts.set(true);
        lead.resign("a test");
        await().atMost(SOON).until(() -> !interrupts.get() && lead.isLeading());
        closesWithoutLeavingAnythingBehind();
    }

    /** Whoever joins while it is a member, because two ways back have crossed, leaves again: nobody else would end that membership. */
    @Test
    void isAMemberOnce() throws Exception {
        lead.start();
        lead.start();
        await().atMost(SOON).until(lead::isLeading);
        closesWithoutLeavingAnythingBehind();
    }

    /** Closed while it is away. */
    @Test
    void doesNotComeBackAfterItsEnd() throws Exception {
        lead.start();
        await().atMost(SOON).until(lead::isLeading);
        lead.resign("a test");
        closesWithoutLeavingAnythingBehind();
        assertThat(lead.isLeading()).isFalse();
    }
}
