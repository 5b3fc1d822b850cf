package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Effects;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.Reader;
import io.github.pgpubsub.internal.log.reading.TakeAnswer;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.StartFrom;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a group's {@link Reader} asks for: SQL goes to the {@link LogReader}, messages to the workers' queue. Belongs to the reading
 * thread.
 */
final class GroupEffects implements Effects<KeptRow> {

    /** Operators know one name for all of reading. */
    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    private final LogReader host;
    private final Shard group;
    private final GroupOptions options;
    private final Lead lead;
    private final WorkQueue queue;
    private final Reports reports;
    private final Tally tally;
    private final Reader<KeptRow> reader;
    private final WindowEffects windows;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    /** What this event hands out. */
    private final List<Delivery<KeptRow>> out = new ArrayList<>();
    /** Of this process's own messages, those that nobody handles. Complete with the next pass, for it can't be within a call. */
    private final Deque<Delivery<KeptRow>> leftOut = new ArrayDeque<>();
    /** Of messages that failed, may be parked and are not complete, the last error. */
    private final Map<Delivery<KeptRow>, String> errors = new HashMap<>();
    /** Of the place that step 0 found last. */
    private volatile long no;
    /** The sleep lock is held, or may be. */
    private boolean sleeps;
    /** Why it can't read; null: nothing is known against it. */
    private @Nullable String trouble;
    /** The reader has given up the lead since this was asked last. */
    private boolean resigned;

    GroupEffects(LogReader host, Shard group, GroupOptions options, Lead lead, WorkQueue queue, Reports reports, Tally tally) {
        this.host = host;
        this.group = group;
        this.options = options;
        this.lead = lead;
        this.queue = queue;
        this.reports = reports;
        this.tally = tally;
        this.reader = new Reader<>(options.reading(), this, new SecureRandom());
        this.windows = new WindowEffects(host, this, group, options);
    }

    Reader<KeptRow> reader() {
        return reader;
    }

    // ---- what the group's events change here

    /** Of the group's place; 0: not known. For any thread. */
    long no() {
        return no;
    }

    void place(long number) {
        no = number;
    }

    WindowEffects windows() {
        return windows;
    }

    /** The server refused a request. */
    void refused(Ticket ticket, String error) {
        reader.refused(ticket, error, System.nanoTime());
    }

    /** The server has answered as it should. */
    void works() {
        trouble = null;
    }

    @Nullable
    String trouble() {
        return trouble;
    }

    boolean takeResigned() {
        boolean was = resigned;
        resigned = false;
        return was;
    }

    /** The error is needed to park the message. Nobody would remove it again if it is skipped. */
    void failed(Delivery<KeptRow> delivery, String error) {
        if (options.reading().onError().parks() && delivery.row() != null) {
            errors.put(delivery, error);
        }
    }

    void completed(Delivery<KeptRow> delivery) {
        if (!errors.isEmpty()) {
            errors.remove(delivery);
        }
    }

    boolean isAnyLeftOut() {
        return !leftOut.isEmpty();
    }

    void completeLeftOut(long now) {
        for (Delivery<KeptRow> each = leftOut.poll(); each != null; each = leftOut.poll()) {
            reader.completed(each, now);
        }
    }

    void disconnected() {
        sleeps = false;
        windows.disconnected();
    }

    /** For any thread. */
    CompletableFuture<Void> whenStopped() {
        return stopped;
    }

    /** Called after each event: a page is handed over as a whole. */
    void handOut() {
        queue.put(out, reader.handsOutMore() && !windows.pages().isPageHeld());
        out.clear();
    }

    // ---- the place

    @Override
    public void take(Ticket ticket, UUID owner) {
        windows.pages().forget();
        host.requests().add(this, ticket, connection -> {
            if (!lead.isLeading()) {
                // It may have waited behind others' requests, and would depose a successor. Whoever leads again needs an
                // answer. It is no trouble: the server was not asked.
                return () -> {
                    refused(ticket, "the lead was lost before the place was taken");
                    works();
                };
            }
            Places.Taking taking = connection.places().take(group, owner);
            return () -> {
                errors.clear();
                works();
                if (no != 0 && taking.place() != null && taking.no() != no) {
                    reader.placeReplaced();
                }
                if (taking.blocker() == null) {
                    no = taking.no();
                }
                reader.taken(ticket, answer(taking), System.nanoTime());
            };
        });
    }

    private static TakeAnswer answer(Places.Taking taking) {
        if (taking.place() != null) {
            return new TakeAnswer.Taken(taking.place());
        }
        return taking.blocker() == null ? new TakeAnswer.Absent() : new TakeAnswer.Blocked(taking.blocker());
    }

    @Override
    public void join(Ticket ticket, StartFrom startFrom, boolean again) {
        host.requests().add(this, ticket, connection -> {
            connection.places().join(group, startFrom, again, options.ownPlace());
            return () -> reader.joined(ticket, System.nanoTime());
        });
    }

    @Override
    public void endBlockers() {
        host.requests().add(this, null, connection -> {
            // A former leader would end what its successor does.
            if (lead.isLeading()) {
                connection.places().endBlockers(group);
            }
            return () -> {};
        });
    }

    @Override
    public void open(Ticket ticket, Fence fence, Bound done) {
        windows.open(ticket, fence, done);
    }

    @Override
    public void read(Ticket ticket, PageRequest request) {
        windows.pages().read(ticket, request);
    }

    @Override
    public void acknowledge(Ticket ticket, Fence fence, Acknowledgement acknowledgement) {
        if (acknowledgement.whole() && !acknowledgement.release() && acknowledgement.upto() != null) {
            windows.close(ticket, fence, acknowledgement);
            return;
        }
        host.requests().add(this, ticket, connection -> {
            Outcome outcome = connection.places().acknowledge(no, fence, acknowledgement);
            return () -> {
                works();
                reader.acknowledged(ticket, outcome, System.nanoTime());
            };
        });
    }

    @Override
    public void park(Ticket ticket, Fence fence, Bound upto, Delivery<KeptRow> delivery, boolean moveLastId) {
        host.requests().add(this, ticket, connection -> {
            Outcome outcome = connection.places().park(group, no, fence, upto, delivery, moveLastId,
                    errors.getOrDefault(delivery, "unknown"));
            return () -> {
                works();
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
        host.requests().add(this, ticket, connection -> {
            boolean held = host.wakeUps().isListening() && connection.sleep(group.channel());
            sleeps |= held;
            return () -> reader.locked(ticket, held, System.nanoTime());
        });
    }

    @Override
    public void unlock() {
        host.requests().add(this, null, connection -> {
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
        windows.linger().forget();
        List<Delivery<KeptRow>> withdrawn = queue.withdraw();
        withdrawn.addAll(out);
        out.clear();
        return withdrawn;
    }

    // ---- what others should know

    @Override
    public void resign(String reason) {
        resigned = true;
        windows.pages().forget();
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
}
