package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session repeats work that ran out of memory, and never continues with a connection that is gone. */
class WithoutMemoryTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();

    @Test
    void whoHasNoMemoryToHearOfTheEndIsToldAgainBeforeTheNextConnection() throws Exception {
        try (Session session = session()) {
            session.add(subscriber());
            await().until(() -> told.contains("connected"));
            failures.set(2);
            postgres.execute("select pg_terminate_backend(" + session.status().backend() + ")");
            await().untilAsserted(() -> assertThat(told).hasSizeGreaterThanOrEqualTo(5));
            assertThat(told).startsWith("connected", "no memory", "no memory", "disconnected", "connected");
        }
    }

    @Test
    void aCommandThatRunsOutOfMemoryIsRunAgainAndInItsTurn() throws Exception {
        try (Session session = session()) {
            await().until(() -> session.status().connected());
            session.execute(() -> {
                if (told.isEmpty()) {
                    told.add("no memory");
                    session.execute(() -> told.add("next"));
                    throw new OutOfMemoryError("said the test");
                }
                told.add("command");
            });
            await().untilAsserted(() -> assertThat(told).containsExactly("no memory", "command", "next"));
        }
    }

    private static Session session() throws Exception {
        Session session = new Session(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()),
                new SessionOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), -1, Duration.ofSeconds(5),
                        Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                (name, task) -> new Thread(task, name));
        session.start();
        session.awaitFirstAttempt(Duration.ofSeconds(10));
        return session;
    }

    private Subscriber subscriber() {
        return new Subscriber() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public void connected(SessionStream stream) {
                told.add("connected");
            }

            @Override
            public void disconnected() {
                if (failures.getAndDecrement() > 0) {
                    told.add("no memory");
                    throw new OutOfMemoryError("said the test");
                }
                told.add("disconnected");
            }

            @Override
            public void received(Notification notification) {
                throw new AssertionError("It listens to nothing");
            }

            @Override
            public void handOn() {
                // Nothing was received.
            }

            @Override
            public boolean ready() {
                return true;
            }

            @Override
            public void tick() {
                // The subscriber waits for nothing.
            }

            @Override
            public Sign signOfLife(int auxiliary) {
                return null;
            }

            @Override
            public void failed(Exception failure) {
                // The point of the test.
            }

            @Override
            public void gaveUp(Exception failure) {
                // The session tries for ever.
            }
        };
    }
}
