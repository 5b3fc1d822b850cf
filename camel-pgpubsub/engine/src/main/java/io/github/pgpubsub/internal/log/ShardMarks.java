package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.log.sharding.Mark;
import io.github.pgpubsub.internal.log.sharding.MemberId;
import io.github.pgpubsub.internal.log.sharding.MemberView;
import io.github.pgpubsub.internal.session.PromptSubscriber;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.status.GroupMember;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the members of a group with shards show each other: advisory locks of the session that holds the leaders' locks, in shared mode. One
 * look at pg_locks shows all members and their marks, and a session that ends shows nothing any more.
 */
final class ShardMarks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShardMarks.class);

    /** Tells the members of this process apart. */
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Hears of the answers. Called by the session's thread; must not block. */
    interface Observer {

        /** All members that are there, this one included if its marks are there already. */
        void seen(MemberId self, List<MemberView> members);

        /** The session is lost, and all that was shown with it. */
        void lost();

        void failed(Exception failure);

        /** The session has given up, and nothing more is seen. */
        void gaveUp(Exception failure);
    }

    private final Subscriptions subscriptions;
    private final MarkKeys keys;
    private final int number = NUMBERS.incrementAndGet() & MarkKeys.MOST_NUMBERS;
    private final long pollNanos;
    private final Observer observer;
    private final Listener listener = new Listener();
    /** Null: not started. */
    private volatile Subscriptions.@Nullable Attachment attachment;

    /** @param poll how often the marks of all members are looked at */
    ShardMarks(Subscriptions subscriptions, MarkKeys keys, Duration poll, Observer observer) {
        this.subscriptions = subscriptions;
        this.keys = keys;
        this.pollNanos = poll.toNanos();
        this.observer = observer;
    }

    void start() {
        attachment = subscriptions.attach(listener);
    }

    /** Shows this, soon, in place of what was shown before. */
    void show(boolean present, int beat, Map<Integer, Mark> marks) {
        Set<Long> wanted = keys.of(number, present, beat, marks);
        execute(() -> listener.show(wanted));
    }

    /** Asks for the members and the names of their sessions; completes exceptionally without a connection. */
    CompletableFuture<List<GroupMember>> members() {
        CompletableFuture<List<GroupMember>> members = new CompletableFuture<>();
        execute(() -> listener.ask(members));
        return members;
    }

    private void execute(Runnable command) {
        Subscriptions.Attachment current = attachment;
        if (current != null) {
            current.execute(command);
        }
    }

    /** Shows nothing any more. */
    @Override
    public void close() {
        Subscriptions.Attachment left = attachment;
        if (left != null) {
            attachment = null;
            left.execute(listener::leave);
            left.close();
        }
    }

    /** Belongs to the session's thread. */
    private final class Listener implements PromptSubscriber {

        /** Null: not connected. */
        private @Nullable SessionStream stream;
        private Set<Long> wanted = Set.of();
        private final Set<Long> held = new HashSet<>();
        private boolean asking;
        private long askAt = System.nanoTime();

        @Override
        public String name() {
            return "Shards of " + keys;
        }

        @Override
        public void connected(SessionStream connected) {
            stream = connected;
            askAt = System.nanoTime();
            show(wanted);
        }

        @Override
        public void disconnected() {
            if (stream != null) {
                // First: if memory is lacking for this, the call is repeated.
                observer.lost();
                stream = null;
                held.clear();
                asking = false;
            }
        }

        void show(Set<Long> nowWanted) {
            wanted = nowWanted;
            SessionStream current = stream;
            if (current == null) {
                return;
            }
            for (long key : nowWanted) {
                if (held.add(key)) {
                    current.shareLock(key);
                }
            }
            for (long key : Set.copyOf(held)) {
                if (!nowWanted.contains(key)) {
                    held.remove(key);
                    current.unshareLock(key);
                }
            }
        }

        void leave() {
            show(Set.of());
            stream = null;
        }

        @Override
        public void tick() {
            SessionStream current = stream;
            long now = System.nanoTime();
            if (current == null || asking || now - askAt < 0) {
                return;
            }
            asking = true;
            askAt = now + pollNanos;
            current.holdersOfUpperHalf(keys.upper(), locks -> {
                asking = false;
                if (stream == current) {
                    observer.seen(new MemberId(current.backend(), number), keys.members(locks));
                }
            });
        }

        void ask(CompletableFuture<List<GroupMember>> answer) {
            SessionStream current = stream;
            if (current == null) {
                answer.completeExceptionally(new SQLException("not connected"));
                return;
            }
            current.holdersOfUpperHalf(keys.upper(), locks -> {
                List<MemberView> members = keys.members(locks);
                Set<Integer> backends = new TreeSet<>();
                members.forEach(each -> backends.add(each.id().backend()));
                current.names(backends, names -> answer.complete(members.stream()
                        .map(each -> new GroupMember(each.id().backend(), names.getOrDefault(each.id().backend(), ""),
                                each.marks().containsValue(Mark.LEADS), false))
                        .toList()));
            });
        }

        @Override
        public void refused(SQLException refusal) {
            LOG.warn("{}: the members can't see each other: {}", name(), ConnectionFailure.firstLine(refusal));
        }

        @Override
        public void failed(Exception failure) {
            observer.failed(failure);
        }

        @Override
        public void gaveUp(Exception failure) {
            observer.gaveUp(failure);
        }
    }
}
