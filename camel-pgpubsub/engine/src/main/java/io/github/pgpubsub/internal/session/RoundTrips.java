package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Sends requests to the server, and records what their answers show: when the session was whole, and how long an answer takes.
 * Belongs to the session's thread.
 */
final class RoundTrips {

    private static final int REMEMBERED = 10;

    /** A request that the server answers. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws SQLException;
    }

    private final Pulse pulse;
    private final Runnable answered;
    private final long[] latest = new long[REMEMBERED];
    private int next;
    private long longest;
    private long lastProof = System.nanoTime();

    /** @param answered called after each answer */
    RoundTrips(Pulse pulse, Runnable answered) {
        this.pulse = pulse;
        this.answered = answered;
    }

    /** Sends a request and does not measure it. A refusal is an answer, too, and so a proof. */
    <T> T ask(Request<T> request) throws SQLException {
        long sent = System.nanoTime();
        try {
            T answer = request.send();
            answered(sent);
            return answer;
        } catch (SQLException e) {
            if (!ConnectionFailure.isLoss(e)) {
                answered(sent);
            }
            throw e;
        }
    }

    private void answered(long sent) {
        proven(sent);
        answered.run();
    }

    /** Sends a query and measures the time to the complete answer: the driver fetches all rows at once. */
    ResultSet query(PreparedStatement statement) throws SQLException {
        return measured(() -> ask(statement::executeQuery));
    }

    /** As {@link #query}, but the answer as such proves nothing: the caller looks at it, and then calls {@link #proven}. */
    ResultSet queryUnproven(PreparedStatement statement) throws SQLException {
        ResultSet rows = measured(statement::executeQuery);
        answered.run();
        return rows;
    }

    private <T> T measured(Request<T> request) throws SQLException {
        long sent = System.nanoTime();
        T answer = request.send();
        add(System.nanoTime() - sent);
        return answer;
    }

    private void add(long nanos) {
        latest[next] = nanos;
        next = (next + 1) % REMEMBERED;
        longest = Arrays.stream(latest).max().orElseThrow();
    }

    /** The longest of the last ten queries, in nanoseconds; 0: none yet. */
    long longest() {
        return longest;
    }

    /** Records that the session was whole at that time; see {@link SessionStream#lastProof()}. */
    void proven(long at) {
        if (at - lastProof > 0) {
            lastProof = at;
            pulse.beat(at);
        }
    }

    long lastProof() {
        return lastProof;
    }
}
