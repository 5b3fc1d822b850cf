package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.kept.KeptBatchHandler;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles a batch in a transaction in which the group's place moves, too ({@code ackMode=transaction}). So whatever happens, the
 * messages' effects in that database are there once when the place has moved, and not at all when it has not.
 *
 * <p>The transaction begins by reading the place: messages that another owner may have begin nothing, and those whose commit was not
 * confirmed and is in the place are complete. The answer may be late, so the lead is checked once more after it. The transaction ends by
 * moving the place, under the epoch and owner that handed the messages out.
 */
final class InTransaction implements Handling {

    private static final Logger LOG = LoggerFactory.getLogger(InTransaction.class);

    private static final String WRONG_LEVEL = "ackMode=transaction needs transactions in READ COMMITTED, because others don't see where the"
            + " group's place is";
    private static final String READ_COMMITTED = "read committed";
    /** Serialization failure: the server asks for another try. */
    private static final String TRY_AGAIN = "40001";
    /** Class 23: a constraint that is checked at the commit. Then it is rolled back for certain, and the message's fault. */
    private static final String CONSTRAINT = "23";
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(5);
    private static final int VALID_SECONDS = 1;
    /** Longer than a session that works leaves without a sign of life. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** The place belongs, or may belong, to another owner, or is elsewhere. */
    private static final class NotOurs extends Exception {

        private static final long serialVersionUID = 1;

        NotOurs() {
            super("The group's place has another owner, or is elsewhere", null, false, false);
        }
    }

    /** One attempt, and how far it came. */
    private final class Attempt implements Transactions.Work {

        private final List<Delivery<KeptRow>> batch;
        private final Delivery<KeptRow> last;
        private final long term;
        private @Nullable Throwable failure;
        private boolean connectionLost;
        /** The place is not ours: others may wrap the exception that says so. */
        private boolean refused;
        private boolean done;

        Attempt(List<Delivery<KeptRow>> batch, long term) {
            this.batch = batch;
            this.term = term;
            this.last = batch.get(batch.size() - 1);
        }

        @Override
        public void run(Connection connection) throws Exception {
            // A transaction manager may have called before, and tries again.
            failure = null;
            refused = false;
            done = false;
            Fence fence = last.fence();
            Bound upto = last.upto();
            assert upto != null;
            log.checkSame(connection);
            TransactedPlace.Standing standing = log.read(connection);
            if (!READ_COMMITTED.equals(standing.isolation())) {
                throw new IllegalArgumentException(WRONG_LEVEL + ", not " + standing.isolation());
            }
            if (!standing.is(fence, upto)) {
                throw refused();
            }
            List<Delivery<KeptRow>> open = batch.stream().filter(each -> standing.lastId() < id(each).id()).toList();
            if (!open.isEmpty()) {
                if (!mayBegin()) {
                    throw refused();
                }
                handle(connection, open);
                if (!log.move(connection, id(last).id(), fence, upto)) {
                    throw refused();
                }
            }
            done = true;
        }

        /** Waits a moment if this process leads and its session has not shown life just now, because a refusal means to read anew. */
        private boolean mayBegin() throws InterruptedException {
            long end = System.nanoTime() + PATIENCE_NANOS;
            while (!lead.mayProcess()) {
                if (!lead.isLeading() || lead.term() != term || System.nanoTime() - end > 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.sleep(CHECK_NANOS);
            }
            return lead.term() == term;
        }

        private NotOurs refused() {
            refused = true;
            return new NotOurs();
        }

        private void handle(Connection connection, List<Delivery<KeptRow>> open) throws Exception {
            try {
                handler.handle(List.copyOf(Received.all(group, open, null, connection)));
            } catch (Throwable e) {
                failure = e;
                // Then the message is not to blame.
                connectionLost = isLost(connection);
                throw e;
            }
        }
    }

    private final Shard group;
    private final KeptBatchHandler handler;
    private final Transactions transactions;
    private final TransactedPlace log;
    private final Lead lead;
    /** Attempts in a row that did not settle. */
    private int unsettled;
    /** The first message of the last batch whose commit failed. */
    private @Nullable KeptMessageId notCommitted;

    InTransaction(Shard group, KeptBatchHandler handler, Transactions transactions, TransactedPlace log, Lead lead) {
        this.group = group;
        this.handler = handler;
        this.transactions = transactions;
        this.log = log;
        this.lead = lead;
    }

    /**
     * A transaction without effect, to see whether they can work. If there is none to be had now, the messages will tell.
     *
     * @throws IllegalArgumentException when they are in another database than the log's, or not in READ COMMITTED
     */
    @Override
    public void check() throws InterruptedException {
        try {
            transactions.execute(connection -> {
                log.checkSame(connection);
                if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
                    throw new IllegalArgumentException(WRONG_LEVEL);
                }
            });
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof IllegalArgumentException unusable) {
                    throw unusable;
                }
            }
            LOG.warn("{}: no transaction at the start, and trying again with each message: {}", group,
                    ConnectionFailure.firstLine(e));
        }
    }

    @Override
    public Handled handle(List<Delivery<KeptRow>> batch, long term) {
        if (batch.get(0).row() == null) {
            return Handling.gap(handler, batch);
        }
        Attempt attempt = new Attempt(batch, term);
        try {
            transactions.execute(attempt);
            unsettled = 0;
            return Handled.complete(batch);
        } catch (Throwable e) {
            Handled handled = judge(attempt, e);
            if (handled.result() == Result.UNSETTLED) {
                pause();
            } else {
                unsettled = 0;
            }
            return handled;
        }
    }

    private Handled judge(Attempt attempt, Throwable thrown) {
        SQLException sql = sql(thrown);
        if (attempt.refused) {
            return Handled.unsettled(null, attempt.batch);
        } else if (sql != null && TRY_AGAIN.equals(sql.getSQLState())) {
            return Handled.unsettled(thrown, attempt.batch);
        } else if (attempt.failure != null) {
            return attempt.connectionLost
                    ? Handled.unsettled(thrown, attempt.batch)
                    : Handled.failed(attempt.failure, attempt.batch);
        } else if (!attempt.done) {
            // The transaction did not begin, or its connection was lost.
            return Handled.unsettled(thrown, attempt.batch);
        }
        return notCommitted(attempt, thrown, sql);
    }

    /** Whether it is committed is unknown, but for some failures. If it begins with the same message again, it was not. */
    private Handled notCommitted(Attempt attempt, Throwable thrown, @Nullable SQLException sql) {
        KeptMessageId id = id(attempt.batch.get(0));
        boolean again = id.equals(notCommitted);
        notCommitted = id;
        boolean rolledBack = sql != null && sql.getSQLState() != null && sql.getSQLState().startsWith(CONSTRAINT);
        // A transaction manager that was told to roll back does so each time.
        boolean byManager = again && sql == null;
        return rolledBack || byManager
                ? Handled.failed(thrown, attempt.batch)
                : Handled.unsettled(thrown, attempt.batch);
    }

    private static KeptMessageId id(Delivery<KeptRow> delivery) {
        Page.Row<KeptRow> row = delivery.row();
        assert row != null;
        return row.id();
    }

    private static @Nullable SQLException sql(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                return e;
            }
        }
        return null;
    }

    private static boolean isLost(Connection connection) {
        try {
            return connection.isClosed() || !connection.isValid(VALID_SECONDS);
        } catch (SQLException e) {
            return ConnectionFailure.isLoss(e);
        }
    }

    /** None after the first time; then longer each time, so that nothing is hot without end. */
    private void pause() {
        long nanos = unsettled == 0 ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(20, unsettled - 1));
        unsettled++;
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            // The end, or a stray one: the pause is over.
            Thread.currentThread().interrupt();
        }
    }
}
