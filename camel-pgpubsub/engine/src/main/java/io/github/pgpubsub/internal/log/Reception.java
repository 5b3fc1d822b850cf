package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.internal.subscription.End;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptBatchHandler;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.Transactions;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.SessionStatus;
import io.github.pgpubsub.status.ShardStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Receives the kept messages of a channel for a group, or for one of its shards, while this process leads it: from start to end. Thread-safe.
 */
public final class Reception implements KeptSubscription {

    private static final Duration START = Duration.ofSeconds(10);
    /** How long the reading thread may take for the last acknowledgement, or to notice that there is nothing to give back. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final LogReader host;
    private final Lead lead;
    private final ReceptionOptions options;
    private final WorkQueue queue;
    private final GroupReader group;
    private final Handling handling;
    private final KeptWorkers workers;
    private final Shard shard;
    private final Tally tally;
    private final End end;
    private final Runnable onClosed;

    /**
     * @param lead      started and closed by this object
     * @param threads   creates an unstarted thread from its purpose and a task
     * @param pool      its threads handle the messages
     * @param callbacks runs the listener's calls
     * @param onClosed  called once, at the end
     */
    public Reception(LogReader host, Shard shard, ReceptionOptions options, Lead lead, KeptBatchHandler handler,
            KeptListener listener,
            BiFunction<String, Runnable, Thread> threads, WorkerPool pool, Executor callbacks, Runnable onClosed) {
        this(host, shard, options, lead, handler, listener, threads, pool, callbacks, onClosed, new Tally(), Turns.unlimited());
    }

    /**
     * One of several shards.
     *
     * @param tally counts for all of them
     * @param turns shared by all of them
     */
    Reception(LogReader host, Shard shard, ReceptionOptions options, Lead lead, KeptBatchHandler handler, KeptListener listener,
            BiFunction<String, Runnable, Thread> threads, WorkerPool pool, Executor callbacks, Runnable onClosed, Tally tally,
            Turns turns) {
        this.host = host;
        this.shard = shard;
        this.tally = tally;
        this.lead = lead;
        this.options = options;
        this.onClosed = onClosed;
        this.queue = new WorkQueue(this::mayBegin, options.group().batch(), turns);
        this.group = new GroupReader(host, shard, options.group(), lead, queue,
                new Reports(listener, new SerialExecutor(callbacks)),
                tally);
        String purpose = "kept " + shard.channel();
        this.handling = handling(handler);
        this.workers = new KeptWorkers(queue, lead, handling, group, listener, tally, options.concurrency(),
                pool);
        group.remedyBy(workers::replaceEndedThreads);
        this.end = new End(purpose + " end", threads, held -> {}, queue::isAnyBegun, this::end);
    }

    private Handling handling(KeptBatchHandler handler) {
        Transactions transactions = options.transactions();
        if (transactions != null) {
            return new InTransaction(shard, handler, transactions, new TransactedPlace(options.queries(), group::no,
                    group::identity, options.group().reading().leaderTimeout()), lead);
        }
        boolean manual = options.group().reading().ackMode() == AckMode.manual;
        return new PlainHandling(shard, handler, manual ? delivery -> {
            tally.completed.increment();
            group.postCompleted(List.of(delivery));
        } : null);
    }

    /**
     * Gives the group its place, unless it has one, and joins its election. Waits for both, at most 10 s for the place; then attempts
     * continue in the background.
     *
     * @throws SQLException             when the server refuses user, password or database
     * @throws IllegalArgumentException when the transactions can't work, or the group has another number of shards
     */
    public void start() throws SQLException, InterruptedException {
        host.post(() -> host.add(group));
        try {
            boolean unused = await(group.whenJoined(), START);
            handling.check();
            workers.start();
            lead.start();
        } catch (SQLException | InterruptedException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    // ---- how it stands

    @Override
    public boolean isReceiving() {
        return group.standing().reading() && lead.isLeading() && workers.isAlive();
    }

    @Override
    public boolean mayProcess() {
        return group.standing().reading() && lead.mayProcess() && workers.isAlive();
    }

    /** Whether what the reader has handed out may begin: another member may have led since then, although this one leads again. */
    private boolean mayBegin() {
        return lead.mayProcess() && lead.term() == group.term();
    }

    @Override
    public SubscriptionStatus status() {
        SubscriptionStatus elected = lead.status();
        SessionStatus session = elected == null ? host.status() : elected.session();
        GroupStatus groupStatus = elected == null ? null : elected.group();
        String trouble = trouble();
        return new SubscriptionStatus(session, isReceiving(), groupStatus, queue.size(), options.group().reading().rows(),
                tally.counts(), trouble == null && elected != null ? elected.trouble() : trouble);
    }

    @Override
    public KeptStatus keptStatus() {
        Standing standing = group.standing();
        return tally.status(host.backend(), standing.reading(), standing.asleep(), standing.epoch(), window(standing),
                standing.inHand(), trouble(), host.rotation().trouble());
    }

    @Override
    public List<ShardStatus> shards() {
        return List.of(shard());
    }

    ShardStatus shard() {
        Standing standing = group.standing();
        return new ShardStatus(shard.shard(), lead.isLeading(), standing.reading(), standing.epoch(), window(standing),
                standing.inHand());
    }

    private static Duration window(Standing standing) {
        return standing.opened() == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - standing.opened());
    }

    @Nullable
    String trouble() {
        String trouble = workers.trouble();
        return trouble == null ? group.standing().trouble() : trouble;
    }

    @Override
    public List<GroupMember> members() throws SQLException, InterruptedException {
        return lead.members();
    }

    // ---- the end

    boolean isLeading() {
        return lead.isLeading();
    }

    boolean isAsleep() {
        return group.standing().asleep();
    }

    /** Whether no message may begin for the moment. */
    void hold(boolean value) {
        queue.hold(value);
    }

    boolean isAnyBegun() {
        return queue.isAnyBegun();
    }

    boolean isOwnThread() {
        return workers.isOwnThread();
    }

    @Override
    public void close() {
        CompletableFuture<Void> unused = end(Duration.ZERO);
        if (!isOwnThread()) {
            end.await();
        }
    }

    @Override
    public synchronized CompletableFuture<Void> end(Duration grace) {
        // Here and not by the thread that ends: when this call returns, no further message begins.
        queue.hold(true);
        return end.begin(grace.toNanos());
    }

    @Override
    public synchronized boolean goOn() {
        boolean goesOn = end.takeBack();
        if (goesOn) {
            queue.hold(false);
        }
        return goesOn;
    }

    /**
     * Begins no further message, waits for those that workers have begun, at most for the drain timeout, moves the place to exactly what
     * is complete, and gives back the lead.
     */
    private void end() {
        try {
            host.post(group::stop);
            if (!await(group.whenStopped(), options.drainTimeout())) {
                host.post(group::giveUp);
                boolean unused = await(group.whenStopped(), FAREWELL);
            }
            CompletableFuture<Void> dropped = new CompletableFuture<>();
            host.post(() -> group.dropPlace(dropped));
            boolean unused = await(dropped, FAREWELL);
        } catch (InterruptedException e) {
            // Nothing interrupts this thread on purpose.
            host.post(group::giveUp);
            Thread.currentThread().interrupt();
        } finally {
            // Whatever fails, the lock is given back: it would be held for ever.
            try {
                workers.leave();
                host.post(() -> host.remove(group));
            } finally {
                try {
                    lead.close();
                } finally {
                    onClosed.run();
                }
            }
        }
    }

    /** False: the time is up. If the reading thread has ended, nothing is waited for. */
    private boolean await(CompletableFuture<Void> event, Duration longest) throws InterruptedException {
        try {
            CompletableFuture.anyOf(event, host.whenEnded()).get(longest.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalArgumentException(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
    }
}
