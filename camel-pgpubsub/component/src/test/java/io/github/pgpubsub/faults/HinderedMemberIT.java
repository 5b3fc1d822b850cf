package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.support.PostgresExtension;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member that can't LISTEN, or has no thread for its messages, does not lead, reports the reason, and returns when it can. */
@Tag("long")
class HinderedMemberIT {

    /** More than there are threads. */
    private static final int BLOCKED = 50;
    private static final String REFUSAL = "could not access status of transaction";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> received = new CopyOnWriteArrayList<>();
    private volatile boolean refuses;
    private volatile boolean threadsDie;

    @Test
    void aMemberWhoseListenIsRefusedLeavesItToOthers() throws Exception {
        refuses = true;
        try (PgPubSub deaf = PgPubSub.to(refusing()).build();
                Subscription first = deaf.subscribe(options(), inbox("first"));
                PgPubSub sound = PgPubSub.to(source()).build();
                Subscription second = sound.subscribe(options(), inbox("second"))) {
            soon(() -> assertThat(first.status().trouble()).contains(REFUSAL));
            soon(() -> assertThat(second.isReceiving()).isTrue());
            assertThat(first.isReceiving()).isFalse();
            assertThat(first.status().group().inStep()).isFalse();
            assertThat(second.status().trouble()).isNull();
            postgres.notify("ch", "1");
            soon(() -> assertThat(received).containsExactly("second 1"));

            refuses = false;
            soon(() -> assertThat(first.status().trouble()).isNull());
            soon(() -> assertThat(second.status().group().inStep()).isTrue());
            second.close();
            soon(() -> assertThat(first.isReceiving()).isTrue());
            postgres.notify("ch", "2");
            soon(() -> assertThat(received).containsExactly("second 1", "first 2"));
        }
    }

    /** Without other members, the member leads as soon as it can LISTEN. */
    @Test
    void aloneItTriesUntilItIsHeard() throws Exception {
        refuses = true;
        try (PgPubSub deaf = PgPubSub.to(refusing()).build(); Subscription only = deaf.subscribe(options(), inbox("only"))) {
            soon(() -> assertThat(only.status().group().role()).isEqualTo(Role.COLD));
            soon(() -> assertThat(only.status().trouble()).contains(REFUSAL));
            assertThat(only.isReceiving()).isFalse();
            refuses = false;
            soon(() -> assertThat(only.isReceiving()).isTrue());
            soon(() -> assertThat(only.status().trouble()).isNull());
            postgres.notify("ch", "1");
            soon(() -> assertThat(received).containsExactly("only 1"));
        }
    }

    /** The member's end does not wait for a LISTEN that never succeeds. */
    @Test
    void itStopsSoonAlthoughItIsRefused() throws Exception {
        refuses = true;
        try (PgPubSub deaf = PgPubSub.to(refusing()).build()) {
            Subscription only = deaf.subscribe(options(), inbox("only"));
            soon(() -> assertThat(only.status().trouble()).contains(REFUSAL));
            long begin = System.nanoTime();
            only.close();
            // It would wait for the drainTimeout of 20 s.
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void aBroadcastWhoseListenIsRefusedSaysSoUntilItWorks() throws Exception {
        refuses = true;
        SubscriptionOptions all = SubscriptionOptions.to("ch").singleListener(false).build();
        try (PgPubSub deaf = PgPubSub.to(refusing()).build(); Subscription only = deaf.subscribe(all, inbox("only"))) {
            soon(() -> assertThat(only.status().trouble()).contains(REFUSAL));
            assertThat(only.isReceiving()).isFalse();
            refuses = false;
            soon(() -> assertThat(only.isReceiving()).isTrue());
            soon(() -> assertThat(only.status().trouble()).isNull());
        }
    }

    /** The second subscription of a leading member takes the place of the first, and its threads are dead. */
    @Test
    void aLeaderWithoutThreadsHandsOverToAStandbyInStep() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger dead = new AtomicInteger();
        BiFunction<String, Runnable, Thread> mortal = (name, task) -> new Thread(
                () -> {
                    if (!threadsDie || !name.endsWith(" worker")) {
                        task.run();
                    } else {
                        dead.incrementAndGet();
                    }
                }, name);
        CountDownLatch free = new CountDownLatch(1);
        try (PgPubSub left = PgPubSub.to(source()).threads(mortal).build();
                Subscription first = left.subscribe(options(), slow("first", go));
                Subscription next = left.subscribe(options(), inbox("next"));
                PgPubSub right = PgPubSub.to(source()).build();
                Subscription standby = right.subscribe(options(), inbox("standby"));
                Subscription blocked = left.subscribe(
                        SubscriptionOptions.to("blocked").singleListener(false).concurrency(BLOCKED).build(), blocked(free))) {
            soon(() -> assertThat(first.isReceiving()).isTrue());
            soon(() -> assertThat(first.status().group().inStep()).isTrue());
            postgres.notify("ch", "1");
            postgres.notify("ch", "2");
            threadsDie = true;
            for (int i = 0; i < BLOCKED; i++) {
                postgres.notify("blocked", String.valueOf(i));
            }
            // All threads are with a handler.
            soon(() -> assertThat(dead.get()).isPositive());
            go.countDown();
            first.close();
            soon(() -> assertThat(standby.isReceiving()).isTrue());
            postgres.notify("ch", "3");
            soon(() -> assertThat(received).hasSize(3));
            // Nothing is lost, and nothing is delivered twice.
            assertThat(received).extracting(each -> each.substring(each.length() - 1)).containsExactly("1", "2", "3");
            assertThat(next.isReceiving()).isFalse();
            assertThat(next.status().trouble()).startsWith("No thread is left");
            assertThat(standby.status().counts().gaps()).isZero();

            threadsDie = false;
            soon(() -> assertThat(next.status().trouble()).isNull());
            soon(() -> assertThat(standby.status().group().inStep()).isTrue());
            standby.close();
            soon(() -> assertThat(next.isReceiving()).isTrue());
            postgres.notify("ch", "4");
            soon(() -> assertThat(received).endsWith("next 4"));
            free.countDown();
        }
    }

    private static SubscriptionOptions options() {
        return SubscriptionOptions.to("ch").drainTimeout(Duration.ofSeconds(20)).build();
    }

    private MessageHandler inbox(String name) {
        return slow(name, new CountDownLatch(0));
    }

    private MessageHandler slow(String name, CountDownLatch go) {
        return message -> {
            if (message instanceof Message.Notification notification) {
                go.await();
                received.add(name + " " + notification.payload());
            }
        };
    }

    private static MessageHandler blocked(CountDownLatch free) {
        return message -> {
            if (message instanceof Message.Notification) {
                free.await();
            }
        };
    }

    private static ConnectionSource source() {
        return new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
    }

    /** LISTEN fails as it does sporadically on servers before November 2025, but for as long as the test wants. */
    private ConnectionSource refusing() {
        return new ConnectionSource() {
            @Override
            public Connection open() throws SQLException {
                return wrap(Connection.class, source().open());
            }

            @Override
            public boolean pooled() {
                return false;
            }
        };
    }

    private <T> T wrap(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (refuses && method.getName().equals("execute") && ((String) arguments[0]).contains("LISTEN \"ch\"")) {
                throw new SQLException(REFUSAL, "58P01");
            }
            Object answer = call(real, method, arguments);
            return method.getReturnType() == Statement.class ? wrap(Statement.class, (Statement) answer) : answer;
        }));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
