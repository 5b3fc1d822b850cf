package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a reader does with a lead that is lost while it can't look: its thread is busy with another request. */
@Timeout(120)
class LeadLostTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Shard GROUP = new Shard("orders", "default");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private LogReader host;

    /** A lead that the test takes and gives. */
    private static final class GivenLead implements Lead {

        private final BooleanSupplier leads;
        final AtomicLong term = new AtomicLong(1);
        /** By threads that are about to begin a message. */
        final AtomicInteger asked = new AtomicInteger();

        GivenLead(BooleanSupplier leads) {
            this.leads = leads;
        }

        @Override
        public void start() {}

        @Override
        public boolean isLeading() {
            return leads.getAsBoolean();
        }

        @Override
        public long term() {
            return term.get();
        }

        @Override
        public boolean mayProcess() {
            asked.incrementAndGet();
            return leads.getAsBoolean();
        }

        @Override
        public void resign(String reason) {}

        @Override
        public @Nullable SubscriptionStatus status() {
            return null;
        }

        @Override
        public List<GroupMember> members() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private static final class NoWakeUps implements WakeUps {

        @Override
        public void start(UUID reader, Consumer<String> woken) {}

        @Override
        public void resume() {}

        @Override
        public boolean isListening() {
            return false;
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void open() throws Exception {
        host = new LogReader(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()),
                new LogReaderOptions("a read", "pgpubsub", true, Duration.ofMillis(20), Duration.ofMillis(200), null),
                new NoWakeUps(), LeadLostTest::thread);
        host.start();
        host.awaitFirstAttempt(SOON);
        await().atMost(SOON).until(() -> host.backend() != 0);
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked");
    }

    @AfterEach
    void close() {
        host.close();
    }

    private static Thread thread(String purpose, Runnable task) {
        Thread thread = new Thread(task, purpose);
        thread.setDaemon(true);
        return thread;
    }

    private static GroupOptions options() {
        return new GroupOptions(Member.options(Member.SKIP, Duration.ofMillis(50), Duration.ofSeconds(10)), null, null,
                new BufferLimit(BufferLimit.DEFAULT_BYTES), BatchLimit.SINGLE);
    }

    /** Otherwise the rightful new leader, which has taken the place meanwhile, would be deposed by one that knows nothing of it. */
    @Test
    void aRequestForThePlaceEndsWithTheLeadForWhichItWasMade() throws Exception {
        CompletableFuture<GroupReader> added = new CompletableFuture<>();
        // Leads until it has joined; by then it has asked for the place, which is the next request.
        Lead lead = new GivenLead(() -> !added.join().whenJoined().isDone());
        WorkQueue queue = new WorkQueue(lead::mayProcess, BatchLimit.SINGLE, Turns.unlimited());
        GroupReader reader = new GroupReader(host, GROUP, options(), lead, queue,
                new Reports(new KeptListener() {}, new SerialExecutor(Runnable::run)), new Tally());
        added.complete(reader);
        host.post(() -> host.add(reader));
        reader.whenJoined().get();
        await().atMost(SOON).until(this::hasNoRequests);
        assertThat(postgres.number("select epoch from pgpubsub.place")).isZero();
        assertThat(postgres.number("select count(*) from pgpubsub.place where owner is not null")).isZero();
    }

    /** The reading thread is busy with another group, and has not seen that the lead was lost and is here again. */
    @Test
    void whatWasHandedOutBeforeDoesNotBeginInAnotherLeadership() throws Exception {
        GivenLead lead = new GivenLead(() -> true);
        List<String> received = new CopyOnWriteArrayList<>();
        CountDownLatch firstGoesOn = new CountDownLatch(1);
        CountDownLatch readerGoesOn = new CountDownLatch(1);
        Reception subscription = new Reception(host, GROUP,
                new ReceptionOptions(options(), new LogQueries("pgpubsub"), 1, Duration.ofSeconds(20), null), lead,
                new EachMessage(message -> {
                    received.add(message.payload() + (message.redelivered() ? " again" : ""));
                    firstGoesOn.await();
                }), new KeptListener() {}, LeadLostTest::thread,
                new WorkerPool("test", LeadLostTest::thread), Runnable::run, () -> {});
        subscription.start();
        try {
            postgres.execute("insert into pgpubsub.message (channel, payload) select 'orders', i from generate_series(0, 2) i");
            await().atMost(SOON).until(() -> received.size() == 1 && subscription.status().queued() == 2);
            CountDownLatch busy = new CountDownLatch(1);
            host.post(() -> {
                busy.countDown();
                awaitUninterrupted(readerGoesOn);
            });
            busy.await();
            // Another member leads, has the place, and is gone again.
            postgres.execute("update pgpubsub.place set epoch = epoch + 1, owner = gen_random_uuid()");
            lead.term.incrementAndGet();
            int asked = lead.asked.get();
            firstGoesOn.countDown();
            await().atMost(SOON).until(() -> lead.asked.get() >= asked + 5 || received.size() > 1);
            assertThat(received).containsExactly("0");
            readerGoesOn.countDown();
            await().atMost(SOON).until(() -> received.contains("2 again"));
            assertThat(received).containsExactly("0", "0 again", "1 again", "2 again");
        } finally {
            readerGoesOn.countDown();
            firstGoesOn.countDown();
            subscription.close();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean hasNoRequests() {
        CompletableFuture<Boolean> empty = new CompletableFuture<>();
        host.post(() -> empty.complete(host.requests().isEmpty()));
        return empty.join();
    }
}
