package io.github.pgpubsub.internal.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Between a request and the moment in which the session sends it, the member may leave. */
class MemberStreamTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void aMemberThatLeavesBeforeItsRequestsAreSentLeavesNoLockBehind() throws Exception {
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        try (Session session = session()) {
            session.add(new Leaving(answered));
            answered.get(60, TimeUnit.SECONDS);
            await().untilAsserted(() -> assertThat(locks()).isEmpty());
        }
    }

    private static List<String> locks() {
        return postgres.strings("select objid || ' ' || mode from pg_locks where locktype = 'advisory' and database ="
                + " (select oid from pg_database where datname = current_database())");
    }

    private static Session session() throws Exception {
        Session session = new Session(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()),
                new SessionOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), -1, Duration.ofSeconds(5),
                        Duration.ofSeconds(30), Duration.ofMillis(20), null, new OwnMessages()),
                (name, task) -> new Thread(task, name));
        session.start();
        session.awaitFirstAttempt(Duration.ofSeconds(60));
        return session;
    }

    /** Joins and leaves at once. Its leadership is null, because nothing is told after the end. */
    private record Leaving(CompletableFuture<Boolean> answered) implements Subscriber {

        @Override
        public String name() {
            return "leaving";
        }

        @Override
        public void connected(SessionStream stream) {
            MemberStream member = new MemberStream(new GroupKey("channel", "group"), "control", stream, this, null);
            member.share(Lock.PRESENCE);
            member.poll(Lock.LEADER, () -> false, poll -> answered.completeExceptionally(new AssertionError(poll)));
            member.releaseLocks();
            stream.names(List.of(stream.backend()), names -> answered.complete(true));
        }

        @Override
        public void disconnected() {}

        @Override
        public void received(Notification notification) {}

        @Override
        public void handOn() {}

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void tick() {}

        @Override
        public Sign signOfLife(int auxiliary) {
            return null;
        }

        @Override
        public void failed(Exception failure) {
            answered.completeExceptionally(failure);
        }

        @Override
        public void gaveUp(Exception failure) {
            answered.completeExceptionally(failure);
        }
    }
}
