package io.github.pgpubsub.internal.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.session.Address;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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

    /**
     * The session listens to the control channel already, because another group shares it. What was sent before the session listens to the
     * data channel, too, names positions that this member can't count from.
     */
    @Test
    void theStreamBeginsWhereTheMemberHearsBothChannels() throws Exception {
        GroupKey key = new GroupKey("orders", "group");
        Address control = new Address(key.controlChannel(), key.controlTag());
        try (Session session = session()) {
            Listening other = new Listening();
            session.add(other);
            CompletableFuture<Void> listens = new CompletableFuture<>();
            session.execute(
                    () -> other.stream.listen(new Address(control.channel(), "other"), other, () -> listens.complete(null)));
            listens.get(60, TimeUnit.SECONDS);
            Listening joining = new Listening();
            session.add(joining);
            session.execute(() -> {
                send(control.channel(), control.payload("1 PROGRESS early.1"));
                joining.member = new MemberStream(key, joining.stream, joining, null);
                joining.member.listen();
            });
            await().until(() -> joining.taken.size() == 1);
            send(control.channel(), control.payload("1 PROGRESS late.1"));
            send("orders", "late");
            await().until(() -> joining.taken.size() == 3);
            assertThat(joining.taken.get(0)).startsWith("1 LISTENING ").endsWith(key.controlTag());
            assertThat(joining.taken.subList(1, 3)).containsExactly(control.payload("1 PROGRESS late.1"), "late");
            assertThat(joining.left).containsExactly(control.payload("1 PROGRESS early.1"));
        }
    }

    private static void send(String channel, String payload) {
        postgres.strings("select pg_notify(?, ?)::text", channel, payload);
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

    /** Notes what belongs to its member's stream. Its leadership is null, because nothing is asked of it. */
    private static final class Listening extends Bystander {

        private final List<String> taken = new CopyOnWriteArrayList<>();
        private final List<String> left = new CopyOnWriteArrayList<>();
        private SessionStream stream;
        private MemberStream member;

        @Override
        public void connected(SessionStream connected) {
            stream = connected;
        }

        @Override
        public void received(Notification notification) {
            (member.takes(notification) ? taken : left).add(notification.payload());
        }

        @Override
        public void failed(Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Joins and leaves at once. Its leadership is null, because nothing is told after the end. */
    private static final class Leaving extends Bystander {

        private final CompletableFuture<Boolean> answered;

        Leaving(CompletableFuture<Boolean> answered) {
            this.answered = answered;
        }

        @Override
        public void connected(SessionStream stream) {
            MemberStream member = new MemberStream(new GroupKey("channel", "group"), stream, this, null);
            member.share(Lock.PRESENCE);
            member.poll(Lock.LEADER, () -> false, poll -> answered.completeExceptionally(new AssertionError(poll)));
            member.releaseLocks();
            stream.names(List.of(stream.backend()), names -> answered.complete(true));
        }

        @Override
        public void failed(Exception failure) {
            answered.completeExceptionally(failure);
        }
    }

    /** A subscriber that does nothing. */
    private abstract static class Bystander implements Subscriber {

        @Override
        public String name() {
            return "bystander";
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
        public void gaveUp(Exception failure) {
            failed(failure);
        }
    }
}
