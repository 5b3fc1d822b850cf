package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who gets a kept message: each subscription with a place of its own, others than the sender, those with memory. */
@Timeout(90)
class WhoReceivesTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> first = new CopyOnWriteArrayList<>();
    private final List<String> second = new CopyOnWriteArrayList<>();
    private final OwnMessages own = new OwnMessages();
    private PgPubSub a;
    private PgPubSub b;

    @BeforeEach
    void open() throws Exception {
        a = PgPubSub.to(postgres.libpqUri()).name("a").ownMessages(own).build();
        b = PgPubSub.to(postgres.libpqUri()).name("b").build();
        a.kept().startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked");
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static KeptOptions.Builder orders() {
        return KeptOptions.to("orders").pollInterval(Duration.ofMillis(200)).acquireInterval(Duration.ofMillis(50));
    }

    private static KeptSubscription subscribe(PgPubSub pubSub, KeptOptions.Builder options, List<String> received)
            throws Exception {
        return pubSub.kept().subscribe(options.build(), message -> received.add(message.payload()));
    }

    private static void publish(PgPubSub pubSub, String payload) {
        pubSub.kept().publish(NewMessage.to("orders").payload(payload).build()).join();
    }

    private static long subscribers() {
        return postgres.number("select count(*) from pgpubsub.subscriber");
    }

    /** The number of the one place. */
    private static long place() {
        return postgres.number("select coalesce(max(no), 0) from pgpubsub.subscriber");
    }

    @Test
    void eachHasAPlaceOfItsOwn() throws Exception {
        publish(a, "before");
        try (KeptSubscription one = subscribe(a, orders().singleListener(false), first)) {
            publish(a, "1");
            try (KeptSubscription two = subscribe(b, orders().singleListener(false), second)) {
                publish(a, "2");
                await().atMost(SOON).until(() -> first.size() == 2 && second.size() == 1);
                assertThat(first).containsExactly("1", "2");
                assertThat(second).containsExactly("2");
                assertThat(one.isReceiving()).isTrue();
                assertThat(two.isReceiving()).isTrue();
                assertThat(two.mayProcess()).isTrue();
                assertThat(two.members()).isEmpty();
                assertThat(two.status().group()).isNull();
                assertThat(two.status().session().connected()).isTrue();
                assertThat(two.status().session().backend()).isEqualTo(two.keptStatus().backend()).isPositive();
                assertThat(postgres.strings("select distinct grp from pgpubsub.subscriber where expiry = '15 minutes'"))
                        .hasSize(2)
                        .allMatch(each -> each.startsWith("default/"));
            }
            await().atMost(SOON).until(() -> subscribers() == 1);
        }
        // They end with their subscriptions.
        await().atMost(SOON).until(() -> subscribers() == 0);
    }

    /** All sessions of the process are lost: what was sent meanwhile comes afterwards, and what had begun is not repeated. */
    @Test
    void anOwnPlaceSurvivesReconnects() throws Exception {
        List<Duration> lost = new CopyOnWriteArrayList<>();
        KeptListener listener = new KeptListener() {
            @Override
            public void reconnected(Duration time) {
                lost.add(time);
            }
        };
        try (KeptSubscription one = a.kept().subscribe(orders().singleListener(false).build(),
                message -> first.add(message.payload()), listener)) {
            for (int i = 0; i < 3; i++) {
                publish(b, i + "a");
                postgres.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name like ?",
                        "a read%");
                publish(b, i + "b");
            }
            await().atMost(SOON).until(() -> first.size() == 6 && one.isReceiving());
            assertThat(first).containsExactly("0a", "0b", "1a", "1b", "2a", "2b");
            assertThat(subscribers()).isEqualTo(1);
            await().atMost(SOON).until(() -> !lost.isEmpty());
            assertThat(one.status().session().reconnects()).isPositive();
        }
    }

    /** A leader that was deposed gives the lead back, although the application's executor runs nothing at the moment. */
    @Test
    void anApplicationWhoseExecutorIsFullHoldsUpNobody() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        ExecutorService pool = Executors.newCachedThreadPool();
        try (PgPubSub busy = PgPubSub.to(postgres.libpqUri()).name("busy").callbacks(task -> {
            if (full.get()) {
                throw new RejectedExecutionException("full");
            }
            pool.execute(task);
        }).build(); KeptSubscription one = subscribe(busy, orders(), first)) {
            await().atMost(SOON).until(one::isReceiving);
            try (KeptSubscription two = subscribe(b, orders(), second)) {
                await().atMost(SOON).until(() -> two.members().size() == 2);
                full.set(true);
                postgres.execute("update pgpubsub.place set epoch = epoch + 1");
                await().atMost(SOON).until(two::isReceiving);
                publish(a, "1");
                await().atMost(SOON).until(() -> second.contains("1"));
                assertThat(first).isEmpty();
                full.set(false);
            }
            // It has come back, too.
            await().atMost(SOON).until(one::isReceiving);
        } finally {
            pool.shutdown();
        }
    }

    /** The answer to a question is for a warning: nobody else is disturbed if it can't be given. */
    @Test
    void anAnswerThatCantBeGivenBreaksNothing() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        AtomicLong refused = new AtomicLong();
        ExecutorService pool = Executors.newCachedThreadPool();
        try (PgPubSub busy = PgPubSub.to(postgres.libpqUri()).name("busy").callbacks(task -> {
            if (full.get()) {
                refused.incrementAndGet();
                throw new RejectedExecutionException("full");
            }
            pool.execute(task);
        }).build()) {
            try (KeptSubscription one = subscribe(busy, orders(), first)) {
                await().atMost(SOON).until(one::isReceiving);
                List<Integer> backends = postgres.backends("busy listen%");
                full.set(true);
                for (int i = 0; i < 2; i++) {
                    long former = refused.get();
                    busy.kept().lookForGroups("orders", groups -> {});
                    await().atMost(SOON).until(() -> refused.get() > former);
                }
                assertThat(postgres.backends("busy listen%")).isEqualTo(backends);
            }
            // Whoever asked has left the session.
            await().atMost(SOON).until(() -> postgres.backends("busy listen%").isEmpty());
        } finally {
            pool.shutdown();
        }
    }

    /** An own place that has expired begins again, and says so. */
    @Test
    void anOwnPlaceIsRenewed() throws Exception {
        try (KeptSubscription one = subscribe(a, orders().singleListener(false), first)) {
            // Taking the place is a sign of life, so it must have happened before the time passes.
            await().atMost(SOON).until(one::isReceiving);
            long former = place();
            postgres.execute("update pgpubsub.seen set at = at - interval '10 minutes'");
            postgres.execute("select pgpubsub.rotate()");
            assertThat(place()).isEqualTo(former);
            postgres.execute("update pgpubsub.seen set at = at - interval '10 minutes'");
            // As if the server had started long ago: after its start, a place has the whole time again.
            postgres.execute("update pgpubsub.subscriber set expiry = '0 s'");
            postgres.execute("select pgpubsub.rotate()");
            // The subscription may have noticed by now: what tells is the new place, not a moment without any.
            await().atMost(SOON).until(() -> subscribers() == 1 && place() != former && one.isReceiving());
            publish(b, "later");
            await().atMost(SOON).until(() -> first.contains("later"));
            assertThat(postgres.number("select count(*) from pgpubsub.subscriber where expiry = '15 minutes'")).isEqualTo(1);
        }
    }

    /** By all that share the object which knows own messages, and in transactions of the application, too. */
    @Test
    void ownMessagesAreLeftOut() throws Exception {
        try (PgPubSub sibling = PgPubSub.to(postgres.libpqUri()).ownMessages(own).build();
                KeptSubscription one = subscribe(a, orders().filtered(true), first);
                Connection connection = postgres.connect()) {
            publish(a, "own");
            publish(sibling, "the sibling's");
            connection.setAutoCommit(false);
            sibling.kept().insert(connection, NewMessage.to("orders").payload("own in a transaction").build(), true);
            connection.commit();
            publish(b, "foreign");
            b.kept().insert(connection, NewMessage.to("orders").payload("foreign in a transaction").build(), true);
            connection.commit();
            postgres.execute("insert into pgpubsub.message (channel, payload) values ('orders', 'by hand')");
            await().atMost(SOON).until(() -> first.size() == 3);
            assertThat(first).containsExactly("foreign", "foreign in a transaction", "by hand");
            await().atMost(SOON).until(() -> a.kept().groups("orders").get(0).lag() == 0);
            assertThat(one.keptStatus().filtered()).isEqualTo(3);
            assertThat(one.keptStatus().completed()).isEqualTo(3);
            assertThat(one.status().counts().filtered()).isEqualTo(3);
        }
    }

    /** Many own messages are neither handed out nor kept in memory, and don't hold up what follows them. */
    @Test
    void manyOwnMessagesAreLeftOut() throws Exception {
        IntStream.range(0, 3000).mapToObj(i -> a.kept().publish(NewMessage.to("orders").payload("own").build())).toList()
                .forEach(each -> each.join());
        publish(b, "foreign");
        try (KeptSubscription one = subscribe(a, orders().filtered(true).queueSize(10).startFrom(new StartFrom.Earliest()),
                first)) {
            await().atMost(SOON).until(() -> first.size() == 1);
            assertThat(one.keptStatus().filtered()).isEqualTo(3000);
        }
    }

    /** Subscriptions that share a limit hold no more than it, and each moves on although another one has used it up. */
    @Test
    void subscriptionsShareTheLimitOfMemory() throws Exception {
        String large = "x".repeat(100_000);
        for (int i = 0; i < 30; i++) {
            publish(a, large);
        }
        BufferLimit limit = new BufferLimit(1 << 20);
        AtomicLong most = new AtomicLong();
        CountDownLatch goOn = new CountDownLatch(1);
        KeptOptions.Builder options = orders().startFrom(new StartFrom.Earliest()).memory(limit);
        try (KeptSubscription stuck = a.kept().subscribe(options.group("stuck").build(), message -> goOn.await())) {
            await().atMost(SOON).until(() -> limit.held() > 500_000);
            try (KeptSubscription moves = a.kept().subscribe(options.group("moves").build(), message -> {
                most.accumulateAndGet(limit.held(), Math::max);
                second.add("one");
            })) {
                // The last message counts as complete only when its handler has returned.
                await().atMost(SOON).until(() -> second.size() == 30 && moves.keptStatus().completed() == 30);
                assertThat(most.get()).isLessThan(2 << 20);
            }
            goOn.countDown();
            await().atMost(SOON).until(() -> stuck.keptStatus().completed() == 30);
        }
        await().atMost(SOON).until(() -> limit.held() == 0);
    }

    /** Within one process, too: the second subscription of a group stands by, and takes over. */
    @Test
    void theOtherSubscriptionOfAGroupTakesOver() throws Exception {
        try (KeptSubscription standby = stands(subscribe(a, orders(), first))) {
            publish(b, "1");
            await().atMost(SOON).until(() -> second.equals(List.of("1")) || first.equals(List.of("1")));
            assertThat(standby.status().session().connected()).isTrue();
        }
    }

    private KeptSubscription stands(KeptSubscription leader) throws Exception {
        KeptSubscription standby = subscribe(b, orders(), second);
        await().atMost(SOON).until(leader::isReceiving);
        assertThat(standby.isReceiving()).isFalse();
        leader.close();
        await().atMost(SOON).until(standby::isReceiving);
        return standby;
    }
}
