package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** When a message is complete: by an acknowledgement, or with its own transaction. */
@Timeout(120)
class AckModesTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<KeptMessage> received = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<String> incidents = new CopyOnWriteArrayList<>();
    private PgPubSub pubSub;
    private KeptMessages kept;

    private final KeptListener listener = new KeptListener() {
        @Override
        public void failed(Exception failure) {
            failures.add(failure.getMessage());
        }

        @Override
        public void incident(Incident incident, String detail) {
            incidents.add(incident.name());
        }
    };

    @BeforeEach
    void open() throws Exception {
        pubSub = PgPubSub.to(postgres.libpqUri()).name("acks").build();
        kept = pubSub.kept();
        kept.startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked;"
                + " create table if not exists effect (payload text, constraint once unique (payload) deferrable initially deferred);"
                + " truncate effect");
    }

    @AfterEach
    void close() {
        pubSub.close();
    }

    private static KeptOptions.Builder orders() {
        return KeptOptions.to("orders").startFrom(new StartFrom.Earliest()).leaderTimeout(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(200)).acquireInterval(Duration.ofMillis(50));
    }

    private List<String> payloads() {
        return received.stream().map(KeptMessage::payload).toList();
    }

    private void publish(int from, int to) {
        IntStream.range(from, to).mapToObj(i -> kept.publish(NewMessage.to("orders").payload(String.valueOf(i)).build())).toList()
                .forEach(each -> each.join());
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toList();
    }

    private static long lag() {
        return postgres.number("select sum(lag) from pgpubsub.groups");
    }

    // ---- manual

    @Test
    void aMessageIsCompleteWhenItIsAcknowledged() throws Exception {
        publish(0, 10);
        KeptOptions options = orders().ackMode(AckMode.manual).queueSize(4).drainTimeout(Duration.ofMillis(300)).build();
        try (KeptSubscription manual = kept.subscribe(options, received::add, listener)) {
            // No more than the queue's size is in hand, although the handler has returned.
            await().atMost(SOON).until(() -> received.size() == 4);
            await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> received.size() == 4);
            assertThat(manual.keptStatus().inHand()).isEqualTo(4);
            assertThat(manual.keptStatus().completed()).isZero();
            received.get(1).acknowledge();
            received.get(1).acknowledge();
            Thread other = new Thread(received.get(0)::acknowledge);
            other.start();
            await().atMost(SOON).until(() -> received.size() == 6);
            assertThat(manual.keptStatus().completed()).isEqualTo(2);
            await().atMost(SOON).until(() -> lag() == 8);
        }
        // What was not acknowledged comes again, marked, and so is the rest of its window.
        try (KeptSubscription next = kept.subscribe(orders().build(), received::add, listener)) {
            await().atMost(SOON).until(() -> received.size() == 14 && lag() == 0);
            assertThat(next.keptStatus().redelivered()).isEqualTo(8);
        }
        assertThat(payloads().subList(6, 14)).isEqualTo(numbers(2, 10));
        assertThat(failures).isEmpty();
    }

    /** What fails after its acknowledgement is complete, and what failed before can't be acknowledged any more. */
    @Test
    void onlyFailuresBeforeTheAcknowledgementCount() throws Exception {
        publish(0, 2);
        KeptOptions options = orders().ackMode(AckMode.manual).onError(OnError.retry)
                .retry(Duration.ofMillis(20), Duration.ofMillis(20), -1).build();
        try (KeptSubscription manual = kept.subscribe(options, message -> {
            received.add(message);
            if ("0".equals(message.payload())) {
                message.acknowledge();
                throw new IllegalStateException("late");
            } else if (message.attempts() < 2) {
                throw new IllegalStateException("early");
            }
        }, listener)) {
            await().atMost(SOON).until(() -> received.size() == 4);
            assertThat(payloads()).containsExactly("0", "1", "1", "1");
            assertThat(received.stream().map(KeptMessage::attempts)).containsExactly(0, 0, 1, 2);
            assertThat(failures).containsExactly("late", "early", "early");
            received.get(1).acknowledge();
            received.get(2).acknowledge();
            await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> manual.keptStatus().inHand() == 1);
            received.get(3).acknowledge();
            await().atMost(SOON).until(() -> lag() == 0 && manual.keptStatus().completed() == 2);
        }
    }

    // ---- transaction

    /** Each has a transaction of its own, on a connection of its own. */
    private static final Transactions EACH = work -> {
        try (Connection connection = postgres.connect()) {
            run(connection, work);
        }
    };

    private static void run(Connection connection, Transactions.Work work) throws Exception {
        connection.setAutoCommit(false);
        try {
            work.run(connection);
            connection.commit();
        } catch (Throwable e) {
            if (!connection.isClosed()) {
                connection.rollback();
            }
            throw e;
        }
    }

    private static KeptOptions.Builder transacted(Transactions transactions) {
        return orders().ackMode(AckMode.transaction).transactions(transactions).onError(OnError.retry)
                .retry(Duration.ofMillis(10), Duration.ofMillis(10), -1);
    }

    @Test
    void thePlaceMovesWithTheEffects() throws Exception {
        publish(0, 20);
        KeptOptions options = transacted(EACH).build();
        try (KeptSubscription orders = kept.subscribe(options, message -> {
            received.add(message);
            Effects.write(message);
            if (message.attempts() == 0 && Integer.parseInt(message.payload()) % 5 == 3) {
                throw new IllegalStateException("not yet");
            }
            // As soon as it is committed, the place is behind it.
            if (message.payload().equals("10")) {
                assertThat(lag()).isEqualTo(10);
            }
        }, listener)) {
            // The commit moves the place, and the message is counted after that.
            await().atMost(SOON).until(() -> lag() == 0 && orders.keptStatus().completed() == 20);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 20));
            assertThat(failures).containsOnly("not yet").hasSize(4);
            assertThat(orders.keptStatus().retried()).isEqualTo(4);
        }
    }

    /** Connections end before, within and with the commit, and so do the reader's: each effect is there once. */
    @Test
    @Tag("long")
    void effectsHappenOnceWhateverBreaks() throws Exception {
        publish(0, 60);
        AtomicInteger transactions = new AtomicInteger();
        Transactions broken = work -> {
            int number = transactions.incrementAndGet();
            try (Connection connection = postgres.connect()) {
                connection.setAutoCommit(false);
                if (number % 7 == 1) {
                    throw new SQLException("The pool is empty");
                }
                work.run(connection);
                if (number % 7 == 2) {
                    connection.abort(Runnable::run);
                }
                connection.commit();
                if (number % 7 == 3) {
                    throw new SQLException("The answer is lost", "08006");
                }
            }
        };
        AtomicInteger handled = new AtomicInteger();
        try (KeptSubscription orders = kept.subscribe(transacted(broken).onError(OnError.skip).build(), message -> {
            Effects.write(message);
            if (handled.incrementAndGet() % 11 == 4) {
                message.connection().abort(Runnable::run);
                Effects.write(message);
            }
        }, listener)) {
            Thread ends = new Thread(() -> {
                for (int i = 0; i < 10; i++) {
                    // The rate of the faults. Nothing is expected of the time.
                    sleep(200);
                    postgres.execute(
                            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'acks read'");
                }
            });
            ends.start();
            await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofSeconds(80)).until(() -> lag() == 0);
            ends.join();
            await().atMost(SOON).until(() -> orders.isReceiving());
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 60));
            assertThat(incidents).doesNotContain("SKIPPED");
            System.out.println("figures: 60 messages, " + transactions + " transactions, " + failures.size() + " failures");
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A transaction manager that tries again although it is committed: the second transaction finds the place behind the message. */
    @Test
    void aTransactionThatIsRepeatedHasItsEffectOnce() throws Exception {
        publish(0, 3);
        Transactions twice = work -> {
            EACH.execute(work);
            EACH.execute(work);
        };
        try (KeptSubscription orders = kept.subscribe(transacted(twice).build(), message -> {
            received.add(message);
            Effects.write(message);
        }, listener)) {
            await().atMost(SOON).until(() -> lag() == 0 && orders.keptStatus().completed() == 3);
            assertThat(payloads()).containsExactly("0", "1", "2");
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 3));
            assertThat(failures).isEmpty();
        }
    }

    /** As after an asynchronous fail-over: the server is another one, which lacks the last effects and the moves of the place with them. */
    @Test
    void effectsThatAreLostWithThePlaceAreHadAgain() throws Exception {
        publish(0, 8);
        AtomicBoolean lost = new AtomicBoolean();
        Transactions forgetful = work -> {
            if (Effects.all(postgres).size() == 5 && lost.compareAndSet(false, true)) {
                postgres.execute("update pgpubsub.place set timeline = 'lost', last_id ="
                        + " (select id from pgpubsub.message where payload = '1'); delete from effect where payload in ('2', '3', '4')");
            }
            EACH.execute(work);
        };
        try (KeptSubscription orders = kept.subscribe(transacted(forgetful).build(), message -> {
            received.add(message);
            Effects.write(message);
        }, listener)) {
            await().atMost(SOON).until(() -> lag() == 0 && Effects.all(postgres).size() == 8);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 8));
            assertThat(payloads()).containsExactly("0", "1", "2", "3", "4", "2", "3", "4", "5", "6", "7");
            assertThat(received.subList(5, 8)).allMatch(KeptMessage::redelivered);
            assertThat(failures).isEmpty();
        }
    }

    /** A constraint that fails at the commit is the message's fault; past what is skipped or parked the place moves by itself. */
    @Test
    void whatFailsAtTheCommitIsParked() throws Exception {
        publish(0, 3);
        postgres.execute("insert into effect values ('1')");
        try (KeptSubscription orders = kept.subscribe(transacted(EACH).onError(OnError.park).build(), message -> {
            received.add(message);
            Effects.write(message);
        }, listener)) {
            await().atMost(SOON).until(() -> lag() == 0);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 3));
            assertThat(payloads()).containsExactly("0", "1", "2");
            assertThat(postgres.strings("select payload from pgpubsub.parked")).containsExactly("1");
            await().atMost(SOON).until(() -> orders.keptStatus().parked() == 1);
        }
    }

    /** A group that was sent elsewhere while a message was handled: that transaction moves nothing and is rolled back. */
    @Tag("long")
    @Test
    void aDeposedOwnersTransactionIsRolledBack() throws Exception {
        publish(0, 3);
        AtomicBoolean first = new AtomicBoolean(true);
        CountDownLatch sought = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        // As transaction managers do.
        Transactions wraps = work -> {
            try {
                EACH.execute(work);
            } catch (Exception e) {
                throw new IllegalStateException("wrapped", e);
            }
        };
        try (KeptSubscription orders = kept.subscribe(transacted(wraps).build(), message -> {
            received.add(message);
            Effects.write(message);
            if (first.getAndSet(false)) {
                begun.countDown();
                sought.await();
            }
        }, listener)) {
            begun.await();
            kept.seek("orders", "default", new StartFrom.Earliest());
            sought.countDown();
            await().atMost(SOON).until(() -> lag() == 0);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 3));
            assertThat(payloads()).containsExactly("0", "0", "1", "2");
            assertThat(received.get(1).epoch()).isGreaterThan(received.get(0).epoch());
            assertThat(failures).isEmpty();
            assertThat(orders.keptStatus().trouble()).isNull();
        }
    }

    /** The answer that the place is still its own may be late, and another member may have begun with the same message meanwhile. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingBeginsAfterALateAnswer(boolean leadsAgain) throws Exception {
        publish(0, 1);
        Duration leaderTimeout = Duration.ofSeconds(3);
        List<String> late = new CopyOnWriteArrayList<>();
        try (Proxy listening = new Proxy(postgres.server());
                Proxy working = new Proxy(postgres.server());
                PgPubSub former = PgPubSub.to(new UrlConnectionSource(url(listening), postgres.user(), postgres.password()))
                        .name("former").build()) {
            AtomicBoolean checked = new AtomicBoolean();
            CompletableFuture<Integer> backend = new CompletableFuture<>();
            CountDownLatch ended = new CountDownLatch(1);
            Transactions slow = work -> {
                // The first one checks that transactions work.
                boolean isMessage = checked.getAndSet(true);
                try (Connection connection = DriverManager.getConnection(url(working), postgres.user(), postgres.password())) {
                    if (isMessage) {
                        working.stallAnswers();
                        backend.complete(connection.unwrap(PGConnection.class).getBackendPID());
                    }
                    run(connection, work);
                } finally {
                    if (isMessage) {
                        ended.countDown();
                    }
                }
            };
            try (KeptSubscription first = former.kept().subscribe(transacted(slow).leaderTimeout(leaderTimeout).build(),
                    message -> late.add(message.payload()), listener);
                    KeptSubscription second = kept.subscribe(orders().leaderTimeout(leaderTimeout).build(), received::add,
                            listener)) {
                // Only the transaction's own: the reading one, which is stalled next, asks for the place too.
                int transaction = backend.get();
                await().atMost(SOON).until(() -> postgres.number("select count(*) from pg_stat_activity"
                        + " where state = 'idle in transaction' and query like '%place%' and pid = " + transaction) == 1);
                listening.stall();
                await().atMost(SOON).until(() -> payloads().equals(List.of("0")) && lag() == 0);
                if (leadsAgain) {
                    second.close();
                    listening.resume();
                    await().atMost(SOON)
                            .until(() -> first.status().group() != null && first.status().group().role() == Role.LEADER);
                }
                working.resume();
                ended.await();
                assertThat(late).isEmpty();
                listening.resume();
            }
        }
    }

    private static String url(Proxy proxy) {
        return "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database();
    }

    @Test
    void anotherIsolationLevelIsRefused() throws Exception {
        publish(0, 1);
        Transactions repeatable = work -> {
            try (Connection connection = postgres.connect()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                run(connection, work);
            }
        };
        assertThatThrownBy(() -> kept.subscribe(transacted(repeatable).build(), received::add, listener))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("READ COMMITTED");
        AtomicBoolean good = new AtomicBoolean(true);
        Transactions changes = work -> (good.get() ? EACH : repeatable).execute(work);
        try (KeptSubscription orders = kept.subscribe(transacted(changes).build(), received::add, listener)) {
            await().atMost(SOON).until(() -> received.size() == 1 && lag() == 0);
            good.set(false);
            publish(1, 2);
            await().atMost(SOON).until(() -> orders.keptStatus().trouble() != null);
            assertThat(orders.keptStatus().trouble()).contains("READ COMMITTED", "repeatable read");
            assertThat(failures).anyMatch(each -> each.contains("READ COMMITTED"));
            assertThat(received).hasSize(1);
            good.set(true);
            await().atMost(SOON).until(() -> received.size() == 2 && lag() == 0 && orders.keptStatus().trouble() == null);
        }
    }

    @Test
    void anotherDatabaseIsRefused() throws Exception {
        publish(0, 1);
        postgres.execute("drop database if exists other");
        postgres.execute("create database other");
        String url = "jdbc:postgresql://" + postgres.server().host() + ":" + postgres.server().port() + "/other";
        Transactions elsewhere = work -> {
            try (Connection connection = java.sql.DriverManager.getConnection(url, postgres.user(), postgres.password())) {
                run(connection, work);
            }
        };
        assertThatThrownBy(() -> kept.subscribe(transacted(elsewhere).build(), received::add, listener))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("in the database that has the log");
        assertThat(received).isEmpty();
        postgres.execute("drop database other");
    }

    /** A worker that is frozen in its transaction holds nothing up for ever: the server ends its session. */
    @Tag("long")
    @Test
    void aFrozenTransactionIsEnded() throws Exception {
        publish(0, 2);
        AtomicBoolean frozen = new AtomicBoolean(true);
        Transactions freezes = work -> {
            try (Connection connection = postgres.connect()) {
                connection.setAutoCommit(false);
                work.run(connection);
                if (frozen.getAndSet(false)) {
                    // Longer than the leaderTimeout, and the place is locked.
                    sleep(2500);
                }
                connection.commit();
            }
        };
        try (KeptSubscription orders = kept.subscribe(transacted(freezes).leaderTimeout(Duration.ofSeconds(1)).build(),
                message -> {
                    received.add(message);
                    Effects.write(message);
                }, listener)) {
            await().atMost(SOON).until(() -> lag() == 0 && Effects.all(postgres).size() == 2);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 2));
            assertThat(payloads()).endsWith("1").contains("0");
            await().atMost(SOON).until(orders::isReceiving);
        }
    }

    // ---- the subscription

    @Test
    void anEndIsRevokedWithinItsGrace() throws Exception {
        publish(0, 3);
        CountDownLatch goOn = new CountDownLatch(1);
        try (KeptSubscription orders = kept.subscribe(orders().build(), message -> {
            received.add(message);
            goOn.await();
        }, listener)) {
            await().atMost(SOON).until(() -> received.size() == 1);
            var end = orders.end(Duration.ofSeconds(20));
            assertThat(orders.goOn()).isTrue();
            var again = orders.end(Duration.ofSeconds(20));
            assertThat(again).isNotDone();
            goOn.countDown();
            again.get();
            // The grace ends with the message that had begun; no other one begins.
            assertThat(orders.goOn()).isFalse();
            assertThat(payloads()).containsExactly("0");
            assertThat(end).isDone();
            assertThat(orders.isReceiving()).isFalse();
        }

        assertThat(lag()).isEqualTo(2);
    }

    @Test
    void aHandlerMayCloseItsSubscription() throws Exception {
        publish(0, 3);
        AtomicBoolean closed = new AtomicBoolean();
        List<KeptSubscription> own = new CopyOnWriteArrayList<>();
        own.add(kept.subscribe(orders().build(), message -> {
            received.add(message);
            await().until(() -> !own.isEmpty());
            own.get(0).close();
            closed.set(true);
        }, listener));
        await().atMost(SOON).until(closed::get);
        own.forEach(Subscription::close);
        assertThat(payloads()).containsExactly("0");
        assertThat(lag()).isEqualTo(2);
    }

    /** Subscriptions should be closed first; if they are not, their end does not wait for what is not there any more. */
    @Test
    void thePgPubSubIsClosedFirst() throws Exception {
        KeptSubscription orders = kept.subscribe(orders().build(), received::add, listener);
        await().atMost(SOON).until(orders::isReceiving);
        pubSub.close();
        assertThat(orders.isReceiving()).isFalse();
        long begun = System.nanoTime();
        orders.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertThatThrownBy(() -> kept.publish(NewMessage.to("orders").build())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.subscribe(orders().build(), received::add)).isInstanceOf(IllegalStateException.class);
    }
}
