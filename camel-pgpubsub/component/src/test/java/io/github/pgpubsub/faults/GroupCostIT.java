package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server's cost of many members grows with their number, not with the messages. */
@Tag("long")
@Tag("alone")
class GroupCostIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int REPORTS_A_SECOND = 4;
    private static final Duration MEASURED = Duration.ofSeconds(4);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void fiftyMembersOfOneGroup() throws Exception {
        measure("50 members of one group", 1, 50);
    }

    @Test
    void twentyGroupsOfTwo() throws Exception {
        measure("20 groups of 2 members", 20, 2);
    }

    private static void measure(String what, int groups, int membersEach) throws Exception {
        AtomicLong handled = new AtomicLong();
        try (Members members = new Members()) {
            for (int i = 0; i < groups * membersEach; i++) {
                members.add("cost", "group " + i % groups, handled);
            }
            await("one leader each").atMost(SOON).until(() -> members.receiving() == groups);
            await("one standby each").atMost(SOON).until(() -> members.listening.size() == 2 * groups);
            // Two polls per second and member, of a few statements each. Backends may report the cost of the start seconds later.
            double most = groups * membersEach * 2 * 6;
            double idle = transactionsPerSecond();
            for (int i = 0; i < 5 && idle >= most; i++) {
                idle = transactionsPerSecond();
            }
            double busy;
            double sender;
            long handledBefore = handled.get();
            long sent;
            try (Numbers numbers = Numbers.start(postgres, "cost", 2000)) {
                await("steady").atMost(SOON).until(() -> numbers.sent() > 1000);
                long sentBefore = numbers.sent();
                busy = transactionsPerSecond();
                sender = (numbers.sent() - sentBefore) / 20.0 / MEASURED.toSeconds();
                sent = numbers.stop();
            }
            await("all handled").atMost(SOON).until(() -> handled.get() - handledBefore == sent * groups);
            // Each listener handles a notification in a separate transaction, unless it gets several at once.
            double woken = 2 * groups * sender;
            Figures.print("cost of %s: transactions/s idle %.0f, with 2,000 messages/s in %.0f transactions/s %.0f; that is %.0f"
                    + " without the sender's; backends that listen %d of %d, woken at most %.0f/s", what, idle, sender, busy,
                    busy - sender, members.listening.size(), groups * membersEach, woken);
            assertThat(members.listening).as("cold members LISTEN to nothing").hasSize(2 * groups);
            assertThat(idle).as("idle").isLessThan(most);
            // A leader reports at most four times a second, and each report, of any group, wakes all listeners.
            double reports = groups * REPORTS_A_SECOND * (1.0 + 2 * groups);
            assertThat(busy - sender).as("busy").isLessThan(idle * 1.5 + woken + reports);
        }
    }

    private static double transactionsPerSecond() throws InterruptedException {
        long from = transactions();
        long start = System.nanoTime();
        // Measures a rate over this time; there is no condition to wait for.
        Thread.sleep(MEASURED.toMillis());
        return (transactions() - from) * 1e9 / (System.nanoTime() - start);
    }

    /** Backends report their statistics at most once a second. */
    private static long transactions() {
        return postgres.number("select xact_commit from pg_stat_database where datname = current_database()");
    }

    /** Members with separate sessions, like separate processes to the server, but in this JVM. */
    private static final class Members implements AutoCloseable {

        private final List<PgPubSub> pubSubs = new ArrayList<>();
        private final List<Subscription> subscriptions = new ArrayList<>();
        /** Sessions that have executed LISTEN. */
        private final Set<Integer> listening = ConcurrentHashMap.newKeySet();

        void add(String channel, String group, AtomicLong handled) throws SQLException, InterruptedException {
            int number = pubSubs.size();
            PgPubSub pubSub = PgPubSub.to(new Overheard(() -> listening.add(number))).name("member " + number).build();
            pubSubs.add(pubSub);
            SubscriptionOptions options = SubscriptionOptions.to(channel).group(group).build();
            subscriptions.add(pubSub.subscribe(options, message -> {
                if (message instanceof Message.Notification) {
                    handled.incrementAndGet();
                }
            }));
        }

        long receiving() {
            return subscriptions.stream().filter(Subscription::isReceiving).count();
        }

        /** Closes the last members first, so that nobody has to take over: they are cold. */
        @Override
        public void close() {
            for (int i = subscriptions.size() - 1; i >= 0; i--) {
                subscriptions.get(i).close();
                pubSubs.get(i).close();
            }
        }
    }

    /** Connections that record when a LISTEN is executed. */
    private record Overheard(Runnable listens) implements ConnectionSource {

        @Override
        public Connection open() throws SQLException {
            Connection connection = postgres.connect();
            return proxy(Connection.class, connection, (method, result, arguments) -> result instanceof Statement statement
                    && method.getName().equals("createStatement") ? proxy(Statement.class, statement, this::executed) : result);
        }

        private Object executed(Method method, Object result, Object[] arguments) {
            if (arguments != null && arguments.length > 0 && arguments[0] instanceof String sql && sql.startsWith("LISTEN ")) {
                listens.run();
            }
            return result;
        }

        private interface After {
            Object call(Method method, Object result, Object[] arguments);
        }

        private static <T> T proxy(Class<T> type, T target, After after) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                try {
                    return after.call(method, method.invoke(target, arguments), arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }));
        }

        @Override
        public boolean pooled() {
            return false;
        }
    }
}
