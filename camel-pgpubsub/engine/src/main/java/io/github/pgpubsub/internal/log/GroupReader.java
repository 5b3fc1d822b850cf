package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Effects;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.reading.Reader;
import io.github.pgpubsub.internal.log.reading.TakeAnswer;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.StartFrom;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group's {@link Reader}, and what it asks for: SQL goes to the {@link LogReader}, messages to the workers' queue. Belongs to the
 * reading thread.
 */
final class GroupReader implements Effects<KeptRow> {

    /** Operators know one name for all of reading. */
    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    private final LogReader host;
    private final Shard group;
    private final Lead lead;
    private final WorkQueue queue;
    private final Reader<KeptRow> reader;
    private final GroupOptions options;
    private final Reports reports;
    private final Tally tally;
    private final PageLimits firstPage;
    private final Completions completions;
    /** What this event hands out. */
    private final List<Delivery<KeptRow>> out = new ArrayList<>();
    /** There is probably something to open a window for. */
    private boolean expecting = true;
    /** Null: none. */
    private @Nullable ReadAlong readAlong;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    /** Of messages that failed and are not complete, the last error. */
    private final Map<Delivery<KeptRow>, String> errors = new HashMap<>();
    private boolean leads;
    private boolean isConnected;
    /** Of the place that step 0 found last. */
    private volatile long no;
    /** Of the log's database; null: not known. */
    private volatile @Nullable String identity;
    /** What {@link #standing} tells, as of the last pass of the reading thread. */
    private volatile Standing standing = Standing.NONE;
    /** Of this process's own messages, those that nobody handles. Complete with the next pass, for it can't be within a call. */
    private final Deque<Delivery<KeptRow>> leftOut = new ArrayDeque<>();
    /** Why it can't read; null: nothing is known against it. */
    private @Nullable String trouble;
    /** A page that waits for memory. */
    private @Nullable Runnable heldPage;
    private long counted;
    /** The sleep lock is held, or may be. */
    private boolean sleeps;

    GroupReader(LogReader host, Shard group, GroupOptions options, Lead lead, WorkQueue queue, Reports reports, Tally tally) {
        this.host = host;
        this.group = group;
        this.lead = lead;
        this.queue = queue;
        this.options = options;
        this.reports = reports;
        this.tally = tally;
        ReadOptions reading = options.reading();
        this.reader = new Reader<>(reading, this, new SecureRandom());
        this.firstPage = new PageLimits(Math.min(reading.pageRows(), reading.rows()),
                Math.min(reading.pageBytes(), reading.bytes()));
        this.completions = new Completions(queue, reading.ackMode() == AckMode.batch);
    }

    // ---- for any thread

    Standing standing() {
        return standing;
    }

    long no() {
        return no;
    }

    @Nullable
    String identity() {
        return identity;
    }

    void postCompleted(Delivery<KeptRow> delivery) {
        if (completions.add(delivery)) {
            host.post(this::collect);
        }
    }

    /** @param known counted down when the reader knows */
    void postFailed(Delivery<KeptRow> delivery, String error, CountDownLatch known) {
        post(known, () -> {
            errors.put(delivery, error);
            reader.failed(delivery, System.nanoTime());
        });
    }

    /** @param known counted down when the reader knows */
    void postUnsettled(Delivery<KeptRow> delivery, CountDownLatch known) {
        post(known, () -> reader.unsettled(delivery, System.nanoTime()));
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
        host.request(this, null, connection -> {
            identity = connection.identity();
            return () -> {};
        });
        if (!joined.isDone()) {
            host.request(this, null, this::joinFirst);
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
            no = connection.join(group, options.reading().startFrom(), false, options.ownPlace());
            return () -> {};
        } finally {
            // Also if it failed: step 0 finds no place, and tries again.
            joined.complete(null);
        }
    }

    /** For any thread. Completes when the group has its place, or the attempt to make one has failed. */
    CompletableFuture<Void> whenJoined() {
        return joined;
    }

    void disconnected() {
        isConnected = false;
        sleeps = false;
        readAlong = null;
        heldPage = null;
        reader.disconnected(System.nanoTime());
    }

    void woken(String channel) {
        if (channel.isEmpty() || channel.equals(group.channel())) {
            expecting = true;
            reader.woken(System.nanoTime());
        }
    }

    void tick(long now) {
        collect();
        boolean leadsNow = lead.isLeading();
        if (leadsNow && !leads) {
            reader.leads(now);
        } else if (!leadsNow && leads) {
            reader.leadLost(now);
        }
        leads = leadsNow;
        completeLeftOut(now);
        Runnable page = heldPage;
        if (page != null) {
            heldPage = null;
            page.run();
        }
        if (reader.waitNanos(now) <= 0) {
            reader.tick(now);
        }
        note(now);
    }

    private void completeLeftOut(long now) {
        for (Delivery<KeptRow> each = leftOut.poll(); each != null; each = leftOut.poll()) {
            reader.completed(each, now);
        }
    }

    /** What others see, and what this group takes of the common memory. */
    private void note(long now) {
        long bytes = reader.bytesInHand();
        if (bytes != counted) {
            options.memory().add(bytes - counted);
            counted = bytes;
        }
        standing = standing.next(reader, trouble, now);
    }

    /** The end, after everything else: a place of its own is removed. */
    void dropPlace(CompletableFuture<Void> dropped) {
        if (options.ownPlace() == null || !isConnected) {
            dropped.complete(null);
            return;
        }
        host.request(this, null, connection -> {
            try {
                connection.dropGroup(group);
                return () -> {};
            } finally {
                dropped.complete(null);
            }
        });
    }

    /** The host forgets this group. */
    void removed() {
        options.memory().add(-counted);
        counted = 0;
        standing = Standing.NONE;
    }

    long waitNanos(long now) {
        return leftOut.isEmpty() ? reader.waitNanos(now) : 0;
    }

    void refused(Ticket ticket, String error) {
        reader.refused(ticket, error, System.nanoTime());
    }

    /** What workers have completed. */
    private void collect() {
        completions.drain(delivery -> {
            if (!errors.isEmpty()) {
                errors.remove(delivery);
            }
            reader.completed(delivery, System.nanoTime());
        });
    }

    void stop() {
        reader.stop(System.nanoTime());
    }

    void giveUp() {
        reader.giveUp(System.nanoTime());
    }

    /** For any thread. */
    CompletableFuture<Void> whenStopped() {
        return stopped;
    }

    // ---- the place

    @Override
    public void take(Ticket ticket, UUID owner) {
        host.request(this, ticket, connection -> {
            LogConnection.Taking taking = connection.take(group, owner);
            return () -> {
                errors.clear();
                if (taking.place() != null) {
                    no = taking.no();
                }
                trouble = null;
                reader.taken(ticket, answer(taking), System.nanoTime());
            };
        });
    }

    private static TakeAnswer answer(LogConnection.Taking taking) {
        if (taking.place() != null) {
            return new TakeAnswer.Taken(taking.place());
        }
        return taking.blocker() == null ? new TakeAnswer.Absent() : new TakeAnswer.Blocked(taking.blocker());
    }

    @Override
    public void join(Ticket ticket, StartFrom startFrom, boolean again) {
        host.request(this, ticket, connection -> {
            connection.join(group, startFrom, again, options.ownPlace());
            return () -> reader.joined(ticket, System.nanoTime());
        });
    }

    @Override
    public void endBlockers() {
        host.request(this, null, connection -> {
            connection.endBlockers(group);
            return () -> {};
        });
    }

    /** With the window's first page, in the same round trip, if something is expected to be in it. */
    @Override
    public void open(Ticket ticket, Fence fence, Bound done) {
        PageLimits first = expecting && hasMemory() ? firstPage : null;
        if (host.last(this) instanceof Closing closing && closing.fence.equals(fence) && done.equals(closing.whole.upto())) {
            host.replaceLast(this, List.of(closing.ticket, ticket), connection -> {
                LogConnection.Next next = connection.next(group, no, fence, closing.whole, first);
                return () -> {
                    trouble = null;
                    opened(done, next.opening());
                    reader.acknowledged(closing.ticket, next.closed(), System.nanoTime());
                    reader.opened(ticket, next.opening().answer(), System.nanoTime());
                };
            });
            return;
        }
        host.request(this, ticket, connection -> {
            LogConnection.Opening opening = connection.open(group, no, fence, done, first);
            return () -> {
                trouble = null;
                opened(done, opening);
                reader.opened(ticket, opening.answer(), System.nanoTime());
            };
        });
    }

    private void opened(Bound done, LogConnection.Opening opening) {
        expecting = opening.answer() instanceof OpenAnswer.Opened;
        readAlong = null;
        if (opening.page() != null && opening.answer() instanceof OpenAnswer.Opened opened) {
            readAlong = new ReadAlong(new Window(done, opened.upto()), opening.page());
        }
    }

    /** Without memory for more, a page waits; but one message is always allowed. */
    @Override
    public void read(Ticket ticket, PageRequest request) {
        ReadAlong known = readAlong;
        readAlong = null;
        if (known != null && known.answers(request)) {
            host.answer(() -> reader.read(ticket, known.page, System.nanoTime()));
            return;
        }
        if (hasMemory()) {
            readPage(ticket, request);
        } else if (reader.inHand() == 0) {
            readPage(ticket, new PageRequest(request.window(), request.part(), request.after(), request.last(), 1, 1));
        } else {
            heldPage = () -> read(ticket, request);
        }
    }

    private void readPage(Ticket ticket, PageRequest request) {
        host.request(this, ticket, connection -> {
            Page<KeptRow> page = connection.read(group, request);
            return () -> {
                trouble = null;
                reader.read(ticket, page, System.nanoTime());
            };
        });
    }

    private boolean hasMemory() {
        return !options.memory().isExceeded();
    }

    @Override
    public void acknowledge(Ticket ticket, Fence fence, Acknowledgement acknowledgement) {
        if (acknowledgement.whole() && !acknowledgement.release() && acknowledgement.upto() != null) {
            host.request(this, ticket, new Closing(ticket, fence, acknowledgement));
            return;
        }
        host.request(this, ticket, connection -> {
            Outcome outcome = connection.acknowledge(no, fence, acknowledgement);
            if (acknowledgement.release() && outcome == Outcome.MOVED) {
                leave();
            }
            return () -> reader.acknowledged(ticket, outcome, System.nanoTime());
        });
    }

    /** A window is complete. The next one is usually looked for at once, and then opened by the same statement. */
    private final class Closing implements LogReader.Request {

        private final Ticket ticket;
        private final Fence fence;
        private final Acknowledgement whole;

        Closing(Ticket ticket, Fence fence, Acknowledgement whole) {
            this.ticket = ticket;
            this.fence = fence;
            this.whole = whole;
        }

        @Override
        public Runnable run(LogConnection connection) throws SQLException {
            Outcome outcome = connection.acknowledge(no, fence, whole);
            return () -> reader.acknowledged(ticket, outcome, System.nanoTime());
        }
    }

    /** The first page of a window, which came when the window was opened. */
    private record ReadAlong(Window window, Page<KeptRow> page) {

        boolean answers(PageRequest request) {
            return request.after() == 0 && request.window().equals(window) && page.rows().size() <= request.rows();
        }
    }

    private void leave() {
        long left = no;
        host.request(this, null, connection -> {
            connection.leave(left);
            return () -> {};
        });
    }

    @Override
    public void park(Ticket ticket, Fence fence, Bound upto, Delivery<KeptRow> delivery, boolean moveLastId) {
        host.request(this, ticket, connection -> {
            Outcome outcome = connection.park(group, no, fence, upto, delivery, moveLastId,
                    errors.getOrDefault(delivery, "unknown"));
            return () -> {
                if (outcome == Outcome.MOVED) {
                    errors.remove(delivery);
                }
                reader.parked(ticket, outcome, System.nanoTime());
            };
        });
    }

    // ---- sleep

    @Override
    public void lock(Ticket ticket) {
        host.request(this, ticket, connection -> {
            boolean held = host.wakeUps().isListening() && connection.sleep(group.channel());
            sleeps |= held;
            return () -> reader.locked(ticket, held, System.nanoTime());
        });
    }

    @Override
    public void unlock() {
        host.request(this, null, connection -> {
            if (sleeps) {
                sleeps = false;
                connection.awake(group.channel());
            }
            return () -> {};
        });
    }

    // ---- delivery

    @Override
    public void deliver(Delivery<KeptRow> delivery) {
        Page.Row<KeptRow> row = delivery.row();
        if (options.leaveOut() != null && row != null && options.leaveOut().equals(row.message().context())) {
            tally.filtered.increment();
            leftOut.add(delivery);
        } else {
            out.add(delivery);
        }
    }

    @Override
    public List<Delivery<KeptRow>> withdraw() {
        List<Delivery<KeptRow>> withdrawn = queue.withdraw();
        withdrawn.addAll(out);
        out.clear();
        return withdrawn;
    }

    /** Called after each event: a page is handed over as a whole. */
    void handOut() {
        if (!out.isEmpty()) {
            queue.put(out);
            out.clear();
        }
    }

    // ---- what others should know

    @Override
    public void resign(String reason) {
        leads = false;
        lead.resign(reason);
    }

    @Override
    public void report(Incident incident, String detail) {
        switch (incident) {
            case SKIPPED -> tally.skipped.increment();
            case PARKED -> tally.parked.increment();
            case REQUEST_FAILED, PLACE_BLOCKED -> trouble = detail;
            default -> {
            }
        }
        LOG.warn("Kept messages of {}: {}, {}", group, incident, detail);
        reports.incident(incident, detail);
    }

    @Override
    public void stopped() {
        stopped.complete(null);
    }

    @Override
    public String toString() {
        return group.toString();
    }
}
