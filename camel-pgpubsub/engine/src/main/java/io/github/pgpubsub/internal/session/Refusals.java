package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Requests that the server has refused: their subscribers are told, and each request is sent again later. The connection and the other
 * subscribers are not affected. Equal requests count as one. Belongs to the session's thread.
 */
final class Refusals {

    /** Classes 25 and 26 concern the state of the session, not the request. */
    private static final String INVALID_TRANSACTION = "25";
    private static final String NO_SUCH_STATEMENT = "26";

    /** Pause before a refused request is sent again; doubles each time. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 8;

    private static final Refused NEVER = new Refused(0, 0, List.of());

    /** The number of refusals in a row, the time before which the request is not sent again, and its owners. */
    private record Refused(int count, long until, List<Subscriber> owners) {

        boolean isOf(Subscriber owner) {
            return owners.contains(owner);
        }
    }

    private record Later(long at, Runnable retry) {}

    /** Key for a refused attempt to take a lock; the subscriber repeats the attempt at its own pace. */
    private record LockTry(long key) {}

    private final LongSupplier nanoTime;
    private final Map<Object, Refused> refused = new HashMap<>();
    private List<Later> later = new ArrayList<>();

    Refusals(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether the failure concerns the request only: the connection is not lost, and the session's state is as expected. */
    static boolean isRefusal(SQLException e) {
        String state = e.getSQLState();
        return !ConnectionFailure.isLoss(e) && !ConnectionFailure.isLackOfMemory(e) && !state.startsWith(INVALID_TRANSACTION)
                && !state.startsWith(NO_SUCH_STATEMENT);
    }

    static void throwUnlessRefusal(SQLException e) throws SQLException {
        if (!isRefusal(e)) {
            throw e;
        }
    }

    /**
     * Tells the owners, and schedules the next attempt.
     *
     * @param request the refused request: a key for the number of refusals in a row
     * @param retry   run by {@link #retryDue} when it is time
     */
    void refused(SQLException refusal, Object request, Runnable retry, Subscriber... owners) {
        Refused before = refused.getOrDefault(request, NEVER);
        long at = nanoTime.getAsLong() + (RETRY_NANOS << Math.min(before.count, MOST_DOUBLINGS));
        refused.put(request, new Refused(before.count + 1, at, List.of(owners)));
        later.add(new Later(at, retry));
        for (Subscriber owner : owners) {
            owner.refused(refusal);
        }
    }

    /** Removes the refusal of a request, and tells its owners if nothing else of theirs is refused. */
    void granted(Object request) {
        Refused former = refused.remove(request);
        if (former != null) {
            for (Subscriber owner : former.owners) {
                tellIfAllIsGranted(owner);
            }
        }
    }

    private void tellIfAllIsGranted(Subscriber owner) {
        if (refused.values().stream().noneMatch(each -> each.isOf(owner))) {
            owner.granted();
        }
    }

    /** A refused attempt to take a lock is not repeated here, but must not be repeated too early either. */
    void lockRefused(SQLException refusal, long key, Subscriber owner) {
        refused(refusal, new LockTry(key), () -> {}, owner);
    }

    boolean isTooEarlyForLock(long key) {
        Refused before = refused.get(new LockTry(key));
        return before != null && before.until - nanoTime.getAsLong() > 0;
    }

    /** Called when a lock was granted, so the lock table has room again; forgets the owner's other refused locks, too. */
    void locksGranted(Subscriber owner) {
        if (!refused.isEmpty()
                && refused.entrySet().removeIf(each -> each.getKey() instanceof LockTry && each.getValue().isOf(owner))) {
            tellIfAllIsGranted(owner);
        }
    }

    /** Sends the requests again whose time has come. */
    void retryDue() {
        if (later.isEmpty()) {
            return;
        }
        long now = nanoTime.getAsLong();
        List<Later> waiting = later;
        later = new ArrayList<>();
        for (Later each : waiting) {
            if (each.at - now > 0) {
                later.add(each);
            } else {
                each.retry.run();
            }
        }
    }

    boolean isEmpty() {
        return refused.isEmpty();
    }
}
