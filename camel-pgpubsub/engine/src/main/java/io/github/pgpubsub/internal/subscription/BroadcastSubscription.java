package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Intake;
import io.github.pgpubsub.internal.delivery.Lease;
import io.github.pgpubsub.internal.delivery.Recipient;
import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.delivery.Workers;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Address;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription that receives independently of all others: {@code singleListener=false}. */
public final class BroadcastSubscription implements Subscriber, Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(BroadcastSubscription.class);

    private final SubscriptionOptions options;
    private final SubscriptionListener listener;
    private final Session session;
    private final Counters counters = new Counters();
    private final SessionThread thread;
    private final DeliveryQueue queue;
    private final Intake intake;
    private final Workers workers;
    private final Executor callbacks;
    private final Runnable onClosed;
    private final End end;
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch removed = new CountDownLatch(1);
    private final Trouble trouble;
    private volatile boolean receiving;
    private volatile boolean hasListened;
    /** Time from which on messages may have been missed; null: none are. Written by the session's thread. */
    private volatile @Nullable Long brokenAt;
    /** The end has begun. */
    private volatile boolean leaves;
    /** The end is over, for which the session's thread may have been too late. */
    private volatile boolean over;

    // The fields below belong to the session's thread.
    private @Nullable SessionStream stream;
    private long place;

    public BroadcastSubscription(SubscriptionOptions options, Recipient recipient, SubscriptionListener listener,
            Session session, String name,
            BiFunction<String, Runnable, Thread> threads, WorkerPool pool, Executor callbacks, Runnable onClosed) {
        this.callbacks = new SerialExecutor(callbacks);
        this.options = options;
        this.listener = listener;
        this.session = session;
        this.thread = new SessionThread(session::execute);
        this.queue = new DeliveryQueue(options, Lease.unneeded(), counters, session::wake);
        this.intake = new Intake(queue, options, counters, thread);
        this.workers = new Workers(queue, recipient, listener, counters, options, pool);
        this.trouble = new Trouble(workers::isDeserted, workers::replaceEndedThreads, this::failed);
        this.onClosed = onClosed;
        this.brokenAt = options.missedSince();
        this.end = new End(name + " end", threads, queue::hold, queue::isAnyBegun, this::end);
    }

    public void start() {
        intake.open(0);
        workers.start();
        session.add(this);
    }

    @Override
    public boolean awaitStart(Duration longest) throws InterruptedException {
        return settled.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public void connected(SessionStream newStream) {
        assert thread.calls();
        stream = newStream;
        stream.listen(Address.of(options.channel()), this, this::listening);
    }

    private void listening() {
        assert thread.isCurrent();
        receiving = true;
        boolean again = hasListened;
        boolean first = !again && options.missedSince() == null;
        Long since = brokenAt;
        long millis = first || since == null ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        callbacks.execute(listener::listening);
        if (again) {
            callbacks.execute(() -> listener.reconnected(Duration.ofMillis(millis)));
        }
        if (!first) {
            counters.gap(millis);
            LOG.warn("Channel {}: messages may have been missed for {} ms", options.channel(), millis);
        }
        intake.put(new Entry<>(place, null, null, false, new Entry.Gap(millis, first)));
        // Last, and in this order: if memory is lacking for one of the above, the gap is still to be told.
        hasListened = true;
        brokenAt = null;
        intake.flush();
        settled.countDown();
    }

    @Override
    public void missed(long since) {
        breaks(since);
    }

    @Override
    public void disconnected() {
        assert thread.calls();
        if (stream != null) {
            callbacks.execute(listener::disconnected);
        }
        stream = null;
        trouble.granted();
        receiving = false;
        breaks(System.nanoTime());
    }

    /** Of several breaks in a row, the gap begins with the first. */
    private void breaks(long at) {
        assert thread.isCurrent();
        if (brokenAt == null) {
            brokenAt = at;
        }
    }

    @Override
    public void received(Notification notification) {
        assert thread.isCurrent();
        if (notification.own() && options.filtered()) {
            counters.filtered.increment();
        } else {
            intake.put(new Entry<>(place++, notification, null, false, null));
        }
    }

    @Override
    public void handOn() {
        intake.flush();
    }

    @Override
    public boolean ready() {
        return intake.hasRoom();
    }

    @Override
    public void tick() {
        assert thread.calls();
        remedy();
    }

    private void remedy() {
        trouble.remedyIfDue(System.nanoTime());
        if (leaves) {
            // Memory may have been lacking to tell the session's thread.
            leave();
        }
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    @Override
    public @Nullable Sign signOfLife(int auxiliary) {
        remedy();
        return null;
    }

    @Override
    public void failed(Exception failure) {
        settled.countDown();
        callbacks.execute(() -> listener.failed(failure));
    }

    @Override
    public void refused(SQLException refusal) {
        trouble.refused(refusal);
    }

    @Override
    public void granted() {
        trouble.granted();
    }

    @Override
    public void gaveUp(Exception failure) {
        settled.countDown();
        callbacks.execute(() -> listener.gaveUp(failure));
    }

    @Override
    public boolean isReceiving() {
        return receiving && workers.isAlive();
    }

    @Override
    public @Nullable Long missesSince() {
        Long broken = brokenAt;
        return broken != null ? broken : hasListened ? Long.valueOf(session.receivedUpTo()) : null;
    }

    @Override
    public boolean mayProcess() {
        return isReceiving();
    }

    @Override
    public SubscriptionStatus status() {
        return new SubscriptionStatus(session.status(), isReceiving(), null, queue.size(), queue.capacity(), counters.counts(),
                trouble.reason());
    }

    @Override
    public List<GroupMember> members() {
        return List.of();
    }

    @Override
    public void close() {
        CompletableFuture<Void> unused = end.begin(0);
        if (!workers.isOwnThread()) {
            end.await();
        }
    }

    @Override
    public CompletableFuture<Void> end(Duration grace) {
        return end.begin(grace.toNanos());
    }

    @Override
    public boolean goOn() {
        return end.takeBack();
    }

    private void end() {
        long deadline = System.nanoTime() + options.drainTimeout().toNanos();
        leaves = true;
        try {
            thread.execute(this::leave);
            boolean left = removed.await(options.drainTimeout().toNanos(), TimeUnit.NANOSECONDS);
            if (!left || !queue.awaitIdle(deadline - System.nanoTime())) {
                LOG.warn("Channel {}: {} messages were not handled before the time to stop was up", options.channel(),
                        queue.giveUp());
            }
            queue.close();
            workers.leave();
            workers.join(Workers.LAST_NANOS);
            over = true;
            queue.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            workers.leave();
            onClosed.run();
        }
    }

    private void leave() {
        assert thread.isCurrent();
        try {
            if (stream != null) {
                stream.unlisten(Address.of(options.channel()), this);
            }
        } finally {
            session.remove(this);
            receiving = false;
            if (over) {
                // What was taken in since then counts as memory in use, and nobody takes it.
                queue.clear();
            }
            removed.countDown();
        }
    }
}
