package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
        public boolean mayProcess() {
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

    private boolean hasNoRequests() {
        CompletableFuture<Boolean> empty = new CompletableFuture<>();
        host.post(() -> empty.complete(host.requests().isEmpty()));
        return empty.join();
    }
}
