package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Reader;
import io.github.pgpubsub.internal.work.Remedy;
import io.github.pgpubsub.kept.AckMode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One group's {@link Reader}, and the events that it hears of: of the connection, the lead, writers, workers and time. Belongs to the
 * reading thread, but for what says otherwise. What the reader asks for is {@link GroupEffects}'s.
 */
final class GroupReader {

    private final LogReader host;
    private final Shard group;
    private final GroupOptions options;
    private final Lead lead;
    private final Reports reports;
    private final GroupEffects effects;
    private final Reader<KeptRow> reader;
    private final Completions completions;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();
    private Remedy remedy = new Remedy(() -> {});
    private boolean leads;
    /** Of the lead, as of the reader's last look: all that waits in the queue was handed out in it. */
    private volatile long term;
    private boolean isConnected;
    /** Of a place of its own: the listener knows that it reads on this connection. */
    private boolean toldListening;
    /** Of the common memory, what this group takes. */
    private long counted;
    /** Of the log's database; null: not known. */
    private volatile @Nullable String identity;
    /** As of the last pass of the reading thread. */
    private volatile Standing standing = Standing.NONE;

    GroupReader(LogReader host, Shard group, GroupOptions options, Lead lead, WorkQueue queue, Reports reports, Tally tally) {
        this.host = host;
        this.group = group;
        this.options = options;
        this.lead = lead;
        this.reports = reports;
        this.effects = new GroupEffects(host, group, options, lead, queue, reports, tally);
        this.reader = effects.reader();
        this.completions = new Completions(queue, options.reading().ackMode() == AckMode.batch);
    }

    /** Called before it is added to the host. */
    void remedyBy(Runnable replaceEndedThreads) {
        remedy = new Remedy(replaceEndedThreads);
    }

    // ---- for any thread

    Standing standing() {
        return standing;
    }

    long no() {
        return effects.no();
    }

    @Nullable
    String identity() {
        return identity;
    }

    /** The leadership in which the messages were handed out that no worker has begun. */
    long term() {
        return term;
    }

    void postCompleted(List<Delivery<KeptRow>> batch) {
        if (completions.add(batch)) {
            host.post(this::collect);
        }
    }

    /** @param known counted down when the reader knows */
    void postFailed(List<Delivery<KeptRow>> batch, String error, CountDownLatch known) {
        post(known, () -> {
            batch.forEach(each -> effects.failed(each, error));
            reader.failed(batch, System.nanoTime());
        });
    }

    /** @param known counted down when the reader knows */
    void postUnsettled(List<Delivery<KeptRow>> batch, CountDownLatch known) {
        post(known, () -> reader.unsettled(batch, System.nanoTime()));
    }

    private void post(CountDownLatch known, Runnable event) {
        host.post(() -> {
            try {
                collect();
                event.run();
            } finally {
                known.countDown();
            }
        });
    }

    // ---- events, in the reading thread

    boolean isInTerm() {
        return reader.isInTerm();
    }

    /**
     * The group gets its place with its first member's first connection, whoever leads: from then on it misses nothing.
     *
     * @param lost time without a connection; null: this is the first one
     */
    void connected(@Nullable Duration lost) {
        isConnected = true;
        host.requests().add(effects, null, connection -> {
            identity = connection.identity();
            return () -> {};
        });
        if (!joined.isDone()) {
            host.requests().add(effects, null, this::joinFirst);
        }
        reader.connected(System.nanoTime());
        if (lost != null) {
            reports.reconnected(lost);
        }
    }

    void connectionFailed(Exception failure) {
        reports.connectionFailed(failure);
    }

    private Runnable joinFirst(LogConnection connection) throws SQLException {
        try {
            effects.place(connection.places().join(group, options.reading().startFrom(), false, options.ownPlace()));
            return reader::foundPlace;
        } catch (SQLException e) {
            if (Places.OTHER_SHARDS.equals(e.getSQLState())) {
                joined.completeExceptionally(e);
            }
            throw e;
        } finally {
            // Also if it failed: step 0 finds no place, and tries again.
            joined.complete(null);
        }
    }

    /**
     * For any thread. Completes when the group has its place, or the attempt to make one has failed; exceptionally if the group has another
     * number of shards.
     */
    CompletableFuture<Void> whenJoined() {
        return joined;
    }

    void disconnected() {
        if (isConnected && options.ownPlace() != null) {
            reports.disconnected();
        }
        isConnected = false;
        toldListening = false;
        effects.disconnected();
        reader.disconnected(System.nanoTime());
    }

    void woken(String channel) {
        if (channel.isEmpty() || channel.equals(group.channel())) {
            effects.windows().expect();
            reader.woken(System.nanoTime());
        }
    }

    void tick(long now) {
        collect();
        leads &= !effects.takeResigned();
        look(now);
        if (reader.isAsleep() && !host.wakeUps().isListening()) {
            reader.unheard(now);
        }
        effects.completeLeftOut(now);
        effects.windows().pages().retryPage();
        effects.windows().linger().tick(now);
        if (reader.waitNanos(now) <= 0) {
            reader.tick(now);
        }
        note(now);
        remedy.ifDue(now);
    }

    /** A lead that was lost and won again since the last look is another one: what was handed out is taken back, and step 0 follows. */
    private void look(long now) {
        long termNow = lead.term();
        boolean leadsNow = lead.isLeading();
        if (leads && (!leadsNow || termNow != term)) {
            leads = false;
            reader.leadLost(now);
            effects.windows().pages().forget();
        }
        if (leadsNow && !leads) {
            // Only now: the queue has nothing of the former leadership any more.
            term = termNow;
            leads = true;
            reader.leads(now);
        }
    }

    /** What others see, and what this group takes of the common memory. */
    private void note(long now) {
        long bytes = reader.bytesInHand();
        if (bytes != counted) {
            options.memory().add(bytes - counted);
            counted = bytes;
        }
        standing = standing.next(reader, effects.trouble(), now);
        // With an election, the changes of roles tell it.
        if (options.ownPlace() != null && isConnected && standing.reading() && !toldListening) {
            toldListening = true;
            reports.listening();
        }
    }

    /** The end, after everything else: a place of its own is removed. */
    void dropPlace(CompletableFuture<Void> dropped) {
        if (options.ownPlace() == null || !isConnected) {
            dropped.complete(null);
            return;
        }
        host.requests().add(effects, null, connection -> {
            try {
                connection.places().dropGroup(group);
                return () -> {};
            } finally {
                dropped.complete(null);
            }
        });
    }

    /** The host knows this group from now on. */
    void added() {
        effects.windows().pages().join();
    }

    /** The host forgets this group. */
    void removed() {
        effects.windows().pages().leave();
        options.memory().add(-counted);
        counted = 0;
        standing = Standing.NONE;
    }

    long waitNanos(long now) {
        return effects.isAnyLeftOut() ? 0 : reader.waitNanos(now);
    }

    /** What workers have completed. */
    private void collect() {
        completions.drain(delivery -> {
            effects.completed(delivery);
            reader.completed(delivery, System.nanoTime());
        });
    }

    void stop() {
        reader.stop(System.nanoTime());
        effects.windows().linger().stop();
        effects.windows().pages().forget();
    }

    void giveUp() {
        reader.giveUp(System.nanoTime());
    }

    /** For any thread. */
    CompletableFuture<Void> whenStopped() {
        return effects.whenStopped();
    }

    void handOut() {
        effects.handOut();
    }

    @Override
    public String toString() {
        return group.toString();
    }
}
