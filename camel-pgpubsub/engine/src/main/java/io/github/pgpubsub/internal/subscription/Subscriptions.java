package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Recipient;
import io.github.pgpubsub.internal.delivery.Workers;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions to one database, and the session that they share: opened with the first subscription, closed with the last.
 * Thread-safe. The monitor guards the shared session and the memberships, and is not held during any wait.
 */
public final class Subscriptions {

    private final String name;
    private final Duration start;
    private final Supplier<Session> sessions;
    private final BiFunction<String, Runnable, Thread> threads;
    private final WorkerPool pool;
    private final Executor callbacks;
    private final OpenSubscriptions open = new OpenSubscriptions();
    private @Nullable SharedSession current;
    private boolean closed;

    /** A session, the number of its subscriptions, and its memberships in groups. Guarded by the monitor of the outer class. */
    private static final class SharedSession {

        final Session session;
        final Map<GroupKey, GroupMembership> members = new HashMap<>();
        int subscriptions;

        SharedSession(Session session) {
            this.session = session;
        }
    }

    /**
     * @param name      prefix of the names of threads
     * @param start     how long {@link #subscribe} waits for the server before it continues in the background
     * @param sessions  creates an unstarted session
     * @param threads   creates an unstarted thread from a name and a task
     * @param pool      its threads call the handlers
     * @param callbacks runs the calls of listeners
     */
    public Subscriptions(String name, Duration start, Supplier<Session> sessions, BiFunction<String, Runnable, Thread> threads,
            WorkerPool pool, Executor callbacks) {
        this.name = name;
        this.start = start;
        this.sessions = sessions;
        this.threads = threads;
        this.pool = pool;
        this.callbacks = callbacks;
    }

    /** As {@code PgPubSub.subscribe}, for single messages. */
    public Subscription subscribe(SubscriptionOptions options, MessageHandler handler, SubscriptionListener listener)
            throws SQLException, InterruptedException {
        return subscribe(options, Recipient.of(handler), listener);
    }

    /** As {@code PgPubSub.subscribe}. */
    public Subscription subscribe(SubscriptionOptions options, Recipient recipient, SubscriptionListener listener)
            throws SQLException, InterruptedException {
        Objects.requireNonNull(listener, "listener");
        Subscription begun = begin(options, recipient, listener);
        if (options.awaitStart()) {
            awaitStart(begun);
        }
        return begun;
    }

    private Subscription begin(SubscriptionOptions options, Recipient recipient, SubscriptionListener listener)
            throws SQLException, InterruptedException {
        SharedSession shared = retain();
        try {
            shared.session.awaitFirstAttempt(start);
            return open(shared, options, recipient, listener);
        } catch (SQLException | InterruptedException | RuntimeException | Error e) {
            release(shared);
            throw e;
        }
    }

    private Subscription open(SharedSession shared, SubscriptionOptions options, Recipient recipient,
            SubscriptionListener listener) throws SQLException, InterruptedException {
        OpenSubscriptions.Place place = open.place();
        Runnable onClosed = () -> {
            place.leave();
            release(shared);
        };
        try {
            return place.take(options.singleListener() ? joinGroup(shared, options, recipient, listener, onClosed)
                    : broadcast(shared, options, recipient, listener, onClosed));
        } catch (SQLException | InterruptedException | RuntimeException | Error e) {
            place.leave();
            throw e;
        }
    }

    /** A subscriber that listens along on the shared session and has no handler. Thread-safe. */
    public final class Attachment implements AutoCloseable {

        private final SharedSession shared;
        private final Subscriber subscriber;

        private Attachment(SharedSession shared, Subscriber subscriber) {
            this.shared = shared;
            this.subscriber = subscriber;
        }

        /** Runs a command on the session's thread. */
        public void execute(Runnable command) {
            shared.session.execute(command);
        }

        /** Whether the session was closed or has given up. */
        public boolean isEnded() {
            return shared.session.isEnded();
        }

        /**
         * Called once. The subscriber has given up its channels. If this ends the session, it waits for the session's thread, unless that
         * thread is the one that calls.
         */
        @Override
        public void close() {
            shared.session.remove(subscriber);
            release(shared);
        }
    }

    /** Adds a subscriber to the shared session, which is opened for it if necessary. Does not wait for the server. */
    public Attachment attach(Subscriber subscriber) {
        SharedSession shared = retain();
        shared.session.add(subscriber);
        return new Attachment(shared, subscriber);
    }

    /** The advisory lock that the leader of a group holds. */
    public static long leaderLock(String channel, String group) {
        return new GroupKey(channel, group).key(Lock.LEADER);
    }

    private Subscription broadcast(SharedSession shared, SubscriptionOptions options, Recipient recipient,
            SubscriptionListener listener, Runnable onClosed) {
        BroadcastSubscription broadcast = new BroadcastSubscription(options, recipient, listener, shared.session,
                nameOf(options), threads, pool, callbacks, onClosed);
        broadcast.start();
        return broadcast;
    }

    /** When the time is up, or the thread is interrupted, the start continues in the background. */
    private void awaitStart(Subscription begun) {
        try {
            boolean unused = begun.awaitStart(start);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Subscription joinGroup(SharedSession shared, SubscriptionOptions options, Recipient recipient,
            SubscriptionListener listener, Runnable onClosed) throws SQLException, InterruptedException {
        GroupKey key = new GroupKey(options.channel(), options.group());
        while (true) {
            GroupMembership member = member(key, shared, options);
            Workers workers = new Workers(member.subscriptions().queue(), recipient, listener, member.counters(), options,
                    pool);
            LocalSubscription local = new LocalSubscription(options, listener, workers);
            if (member.subscriptions().add(local)) {
                member.start();
                return new GroupSubscription(member, local, () -> forget(shared, key, member), onClosed,
                        nameOf(options), threads);
            }
            // The member's last subscription is leaving. Wait for its end: two members on one session would both lead.
            if (!member.awaitStopped(options.drainTimeout().toNanos() + GroupSubscription.LONGEST_FAREWELL_NANOS)) {
                throw new SQLTimeoutException("Channel " + options.channel() + ", group " + options.group()
                        + ": the former subscription has not ended in time, so a new one can't begin");
            }
            forget(shared, key, member);
        }
    }

    private synchronized GroupMembership member(GroupKey key, SharedSession shared, SubscriptionOptions options) {
        return shared.members.computeIfAbsent(key, k -> new GroupMembership(options, shared.session, callbacks));
    }

    private synchronized void forget(SharedSession shared, GroupKey key, GroupMembership member) {
        shared.members.remove(key, member);
    }

    private String nameOf(SubscriptionOptions options) {
        return name + " " + options.channel();
    }

    private synchronized SharedSession retain() {
        if (closed) {
            throw new IllegalStateException("This PgPubSub is closed");
        }
        if (current == null || current.session.isEnded()) {
            SharedSession next = new SharedSession(sessions.get());
            // If it fails, the next subscription tries again.
            next.session.start();
            current = next;
        }
        current.subscriptions++;
        return current;
    }

    private void release(SharedSession shared) {
        synchronized (this) {
            if (--shared.subscriptions > 0) {
                return;
            }
            if (current == shared) {
                current = null;
            }
        }
        shared.session.close();
    }

    /** Number of groups that the session is a member of. */
    public synchronized int groups() {
        return current == null ? 0 : current.members.size();
    }

    /** Closes the session. Subscriptions that are still open lose their connection without an orderly end, and then begin to end. */
    public void close() {
        SharedSession left;
        synchronized (this) {
            closed = true;
            left = current;
            current = null;
        }
        if (left != null) {
            left.session.close();
        }
        open.endAll();
    }
}
