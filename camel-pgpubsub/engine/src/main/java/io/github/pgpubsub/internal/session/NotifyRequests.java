package io.github.pgpubsub.internal.session;

import static io.github.pgpubsub.internal.session.Refusals.throwUnlessRefusal;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifications that subscribers send on the listening connection, all in one commit. Belongs to the session's thread. */
final class NotifyRequests {

    private static final Logger LOG = LoggerFactory.getLogger(NotifyRequests.class);

    /** lock_not_available: other transactions held the commit lock of NOTIFY for longer than lock_timeout. */
    private static final String LOCK_TIMEOUT = "55P03";
    /** program_limit_exceeded: the server's notification queue is full. */
    private static final String QUEUE_FULL = "54000";

    private static final String NOT_SENT = "Control messages could not be sent and will be tried again: {}";

    private static final String NOTIFY = """
            select pg_catalog.count(pg_catalog.pg_notify(c, p))
            from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])) as t(c, p)""";

    private record Notify(String channel, String payload, SessionStream.Answer<Boolean> committed, Subscriber owner) {}

    /** Key for refusals that stands for all notifications of a subscriber. */
    private record AnyOf(Subscriber owner) {}

    private final ServerConnection connection;
    private final RoundTrips roundTrips;
    private final Refusals refusals;
    private final Batch<Notify> notifies = new Batch<>();

    NotifyRequests(ServerConnection connection, RoundTrips roundTrips, Refusals refusals) {
        this.connection = connection;
        this.roundTrips = roundTrips;
        this.refusals = refusals;
    }

    void notify(String channel, String payload, SessionStream.Answer<Boolean> committed, Subscriber owner) {
        notifies.add(new Notify(channel, payload, committed, owner));
    }

    boolean isEmpty() {
        return notifies.isEmpty();
    }

    void flush() throws SQLException {
        List<Notify> sent = notifies.take();
        SQLException refusal = sent.isEmpty() ? null : sendOrRefuse(sent);
        if (refusal == null) {
            return;
        }
        if (isBusy(refusal)) {
            LOG.warn(NOT_SENT, refusal.getMessage());
            sent.forEach(notify -> notify.committed.accept(false));
        } else if (sent.size() == 1) {
            refused(sent.get(0), refusal);
        } else {
            sendAlone(sent);
        }
    }

    /**
     * They were one transaction, so none of them was sent. What a subscriber sends keeps its order: once one is refused, its later ones are
     * not sent either.
     */
    private void sendAlone(List<Notify> together) throws SQLException {
        Set<Subscriber> refused = new HashSet<>();
        for (Notify notify : together) {
            if (refused.contains(notify.owner)) {
                notify.committed.accept(false);
            } else {
                SQLException refusal = sendOrRefuse(List.of(notify));
                if (refusal != null) {
                    refused.add(notify.owner);
                    refused(notify, refusal);
                }
            }
        }
    }

    /** Sends them in one transaction, and tells their subscribers if they are committed. Null: they are; else why the server refuses. */
    private @Nullable SQLException sendOrRefuse(List<Notify> sent) throws SQLException {
        try {
            send(sent);
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            return e;
        }
        if (!refusals.isEmpty()) {
            sent.forEach(notify -> refusals.granted(new AnyOf(notify.owner)));
        }
        sent.forEach(notify -> notify.committed.accept(true));
        return null;
    }

    private void refused(Notify notify, SQLException refusal) {
        LOG.warn(NOT_SENT, refusal.getMessage());
        if (!isBusy(refusal)) {
            // Not repeated here: its owner decides whether to send it again.
            refusals.refused(refusal, new AnyOf(notify.owner), () -> {}, notify.owner);
        }
        notify.committed.accept(false);
    }

    /** When the server is busy, the session and its locks are not affected: no reason to give them up. */
    private static boolean isBusy(SQLException e) {
        return LOCK_TIMEOUT.equals(e.getSQLState()) || QUEUE_FULL.equals(e.getSQLState());
    }

    private void send(List<Notify> sent) throws SQLException {
        try (PreparedStatement statement = connection.jdbc().prepareStatement(NOTIFY)) {
            statement.setArray(1, connection.jdbc().createArrayOf("text", sent.stream().map(Notify::channel).toArray()));
            statement.setArray(2, connection.jdbc().createArrayOf("text", sent.stream().map(Notify::payload).toArray()));
            roundTrips.ask(statement::executeQuery).close();
        }
    }
}
