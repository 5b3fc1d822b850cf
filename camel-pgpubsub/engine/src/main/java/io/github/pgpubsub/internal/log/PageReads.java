package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.Ticket;
import java.sql.SQLException;
import java.util.Set;

/**
 * Has pages read: on the reading connection, or apart from it for a group that is far behind, so that the other groups do not wait. Belongs
 * to the reading thread.
 */
final class PageReads {

    /** After so many pages of a window that were cut by their limits the group counts as far behind. */
    private static final int FAR = 3;

    private final LogReader host;
    private final GroupEffects group;
    private final Shard shard;
    /** Pages of the open window so far that were cut by their limits. */
    private int cut;
    /** Counts the lost connections. */
    private long losses;

    PageReads(LogReader host, GroupEffects group, Shard shard) {
        this.host = host;
        this.group = group;
        this.shard = shard;
    }

    void disconnected() {
        losses++;
    }

    /** Another window is read from now on. */
    void windowBegins() {
        cut = 0;
    }

    private boolean isFarBehind() {
        return cut >= FAR;
    }

    /** Passes a page to the reader. */
    void arrived(Ticket ticket, Page<KeptRow> page) {
        group.works();
        cut += page.last() || page.rows().isEmpty() ? 0 : 1;
        group.reader().read(ticket, page, System.nanoTime());
    }

    // ---- for one shard

    void read(Ticket ticket, PageRequest request) {
        if (!isFarBehind() || !host.readApart(shard, Set.of(shard.shard()), request, new Apart(ticket, request))) {
            readHere(ticket, request);
        }
    }

    private void readHere(Ticket ticket, PageRequest request) {
        host.requests().add(group, ticket, connection -> {
            Page<KeptRow> page = connection.windows().read(shard, Set.of(shard.shard()), request);
            return () -> arrived(ticket, page);
        });
    }

    // ---- for several

    /** The next page for all that share it, with the limits of this request for each. */
    void readNext(SharedPages shared, PageRequest request) {
        if (shared.isReading()) {
            return;
        }
        PageRequest next = shared.next(request.rows(), request.bytes());
        Set<Integer> shards = shared.shards();
        if (!isFarBehind() || !host.readApart(shard, shards, next, new ApartForAll(shared, shards, next))) {
            readNextHere(shared, shards, next);
        }
    }

    /** If the server refuses it, each shard reads for itself, and hears why it can't. */
    private void readNextHere(SharedPages shared, Set<Integer> shards, PageRequest next) {
        host.requests().add(group, null, connection -> {
            if (shared.isOver()) {
                return () -> {};
            }
            Page<KeptRow> page;
            try {
                page = connection.windows().read(shard, shards, next);
            } catch (SQLException e) {
                if (LogConnection.isOver(e)) {
                    throw e;
                }
                return shared::dissolve;
            }
            return () -> shared.read(page);
        });
    }

    // ---- the answers

    /** The answer to a page that is read apart, passed to the reading thread. What was asked for before a loss is forgotten. */
    private final class Apart extends InTime implements FarPages.Answer {

        private final Ticket ticket;
        private final PageRequest request;

        Apart(Ticket ticket, PageRequest request) {
            this.ticket = ticket;
            this.request = request;
        }

        @Override
        public void read(Page<KeptRow> page) {
            post(() -> arrived(ticket, page));
        }

        @Override
        public void refused(String error) {
            post(() -> group.refused(ticket, error));
        }

        @Override
        public void notRead() {
            post(() -> readHere(ticket, request));
        }
    }

    /** The same for a page that several shards share. */
    private final class ApartForAll extends InTime implements FarPages.Answer {

        private final SharedPages shared;
        private final Set<Integer> shards;
        private final PageRequest request;

        ApartForAll(SharedPages shared, Set<Integer> shards, PageRequest request) {
            this.shared = shared;
            this.shards = shards;
            this.request = request;
        }

        @Override
        public void read(Page<KeptRow> page) {
            post(() -> shared.read(page));
        }

        @Override
        public void refused(String error) {
            post(shared::dissolve);
        }

        @Override
        public void notRead() {
            post(() -> readNextHere(shared, shards, request));
        }
    }

    /** What was asked for before the connection was lost is not answered. */
    private abstract class InTime {

        private final long asked = losses;

        final void post(Runnable answer) {
            host.post(() -> {
                if (asked == losses) {
                    answer.run();
                }
            });
        }
    }
}
