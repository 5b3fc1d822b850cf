package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages for groups that are far behind, on a connection and thread of its own, so that the other groups of the process don't wait for
 * them. Whatever moves a place stays on the reading connection.
 *
 * <p>A page is a mere read of rows that never change, between two snapshots that are stored. Any connection to the same server reads the same
 * page, because it sees everything that an earlier snapshot sees. Another server may lack rows. So a page is read only by a connection to the
 * same run of the same server as the reading connection that opened the window, and never through a pooler, which may lead elsewhere with
 * each transaction. If this connection fails, the reading connection reads the page.
 *
 * <p>The connection is opened for the first page and closed after a time without any. Thread-safe.
 */
final class FarPages {

    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    /** How long the connection is kept without use. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** For a lock that rotation holds: nobody waits for this connection. Below the limit for an answer, which would end the connection. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(8);
    private static final long LAST_MILLIS = 1000;

    /** What becomes of a page. Called by the thread of {@link FarPages}. */
    interface Answer {

        void read(Page<KeptRow> page);

        /** The server refused it. */
        void refused(String error);

        /** There is no connection that may read it. */
        void notRead();
    }

    /**
     * A page to read.
     *
     * @param run   the server's, of the reading connection
     * @param asked the number of reading connections so far
     */
    private record Wanted(Shard group, Set<Integer> shards, PageRequest request, String run, long asked, Answer answer) {}

    private final ConnectionSource source;
    private final LogReaderOptions options;
    private final LogSchema schema;
    private final LogQueries queries;
    private final UUID reader;
    private final BiFunction<String, Runnable, Thread> threads;
    private final Backoff backoff;
    /** Guarded by the monitor, like all that follows but {@link #current}. */
    private final Deque<Wanted> pages = new ArrayDeque<>();
    private @Nullable Thread thread;
    private long availableAt = System.nanoTime();
    private long readers;
    private boolean closed;
    /** Belongs to the thread; others may abort it. Null: not connected. */
    private volatile @Nullable LogConnection current;

    /**
     * @param reader  names the process for writers
     * @param threads creates an unstarted thread from its purpose and a task
     */
    FarPages(ConnectionSource source, LogReaderOptions options, LogSchema schema, LogQueries queries, UUID reader,
            BiFunction<String, Runnable, Thread> threads) {
        this.source = source;
        this.options = new LogReaderOptions(options.name() + " far", options.schema(), false, options.reconnectDelay(),
                options.reconnectMaxDelay(), options.customizer(), options.retention());
        this.schema = schema;
        this.queries = queries;
        this.reader = reader;
        this.threads = threads;
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
    }

    // ---- for the reading thread

    /**
     * Begins to read a page. The answer follows.
     *
     * @param run    of the server that the reading connection leads to; null: it may change
     * @param shards whose rows to read
     * @return false if it can't be read here now; then no answer follows
     */
    synchronized boolean read(@Nullable String run, Shard group, Set<Integer> shards, PageRequest request, Answer answer) {
        if (closed || run == null || System.nanoTime() - availableAt < 0) {
            return false;
        }
        if (!isThreadThere()) {
            return false;
        }
        pages.add(new Wanted(group, shards, request, run, readers, answer));
        notifyAll();
        return true;
    }

    /** Without a thread the reading connection reads, and a later page tries again. */
    private boolean isThreadThere() {
        if (thread != null && thread.isAlive()) {
            return true;
        }
        try {
            Thread begun = threads.apply("read far", this::run);
            begun.start();
            thread = begun;
            return true;
        } catch (RuntimeException | Error e) {
            LOG.warn("No thread can be created to read for groups that are far behind; they are read on the reading connection",
                    e);
            availableAt = System.nanoTime() + backoff.next().toNanos();
            return false;
        }
    }

    /** The reading connection is lost, and nobody waits for these pages any more. */
    void forget() {
        synchronized (this) {
            pages.clear();
            readers++;
        }
        LogConnection connection = current;
        if (connection != null) {
            connection.abort();
        }
    }

    /** Ends the thread. If it is connecting, it ends with the attempt, and this method waits one second at most. */
    void close() {
        Thread left;
        synchronized (this) {
            closed = true;
            left = thread;
            notifyAll();
        }
        forget();
        if (left != null) {
            try {
                left.join(LAST_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- the thread

    private void run() {
        for (Wanted page = take(); page != null; page = take()) {
            try {
                read(page);
            } catch (Throwable e) {
                Survival.complain("Reading a page for {} failed; the reading connection reads it", page.group, e, LOG);
                giveBack(page);
            }
        }
        disconnect();
    }

    /** Goes on until there is memory for it: without an answer, the group would not ask again. */
    private void giveBack(Wanted page) {
        for (boolean told = false; !told;) {
            try {
                disconnect();
                page.answer.notRead();
                told = true;
            } catch (OutOfMemoryError e) {
                Survival.pause();
            }
        }
    }

    /** The next page; null: this is the end. After a time without pages the connection is closed. */
    private @Nullable Wanted take() {
        while (true) {
            try {
                Wanted next = poll();
                if (next != null || isClosed()) {
                    return next;
                }
                disconnect();
            } catch (InterruptedException e) {
                // A stray interrupt of a customizer or a DataSource; close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable Wanted poll() throws InterruptedException {
        long end = System.nanoTime() + IDLE_NANOS;
        for (long left = IDLE_NANOS; pages.isEmpty() && !closed && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return closed ? null : pages.poll();
    }

    private void read(Wanted page) {
        Page<KeptRow> result;
        try {
            result = connected(page.run).windows().read(page.group, page.shards, page.request);
        } catch (SQLException | RuntimeException e) {
            failed(page, e);
            return;
        }
        backoff.reset();
        page.answer.read(result);
    }

    private void failed(Wanted page, Exception failure) {
        if (current != null && failure instanceof SQLException e && !LogConnection.isOver(e)) {
            page.answer.refused(ConnectionFailure.firstLine(e));
            return;
        }
        disconnect();
        if (postpone(page)) {
            LOG.debug("Groups that are far behind are read on the reading connection: {}", ConnectionFailure.firstLine(failure));
            page.answer.notRead();
        }
    }

    /** False: nobody waits for the page, and the failure is the reading connection's. */
    private synchronized boolean postpone(Wanted page) {
        if (page.asked != readers) {
            return false;
        }
        availableAt = System.nanoTime() + backoff.next().toNanos();
        return true;
    }

    private LogConnection connected(String run) throws SQLException {
        LogConnection connection = current;
        if (connection != null && run.equals(connection.run())) {
            return connection;
        }
        disconnect();
        LogConnection opened = LogConnection.open(source, options, schema, queries, reader);
        if (!run.equals(opened.run())) {
            opened.close();
            throw new SQLException("A second connection to " + source + " leads to another server than the first one", "08004");
        }
        current = opened;
        opened.awaitLocks(LOCK_TIMEOUT);
        return opened;
    }

    private void disconnect() {
        LogConnection former = current;
        current = null;
        if (former != null) {
            former.close();
        }
    }
}
