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
 * Wishes that the server has refused: the subscriber of each is told, and the wish is sent again later. The connection is whole, and
 * nobody else is concerned. Equal wishes are one wish. Belongs to the session's thread.
 */
final class Refusals {

    /** Classes 25 and 26: what is asked for depends on what this session should be and is not. */
    private static final String INVALID_TRANSACTION = "25";
    private static final String NO_SUCH_STATEMENT = "26";

    /** Pause before a refused wish is sent again; doubles each time. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 8;

    private static final Refused NEVER = new Refused(0, 0, List.of());

    /** How many times in a row, until when it is not sent again, and whose it is. */
    private record Refused(int count, long until, List<Subscriber> owners) {

        boolean isOf(Subscriber owner) {
            return owners.contains(owner);
        }
    }

    private record Later(long at, Runnable wish) {}

    /** A try for a lock, known by its key: whoever asked asks again, at its own pace. */
    private record LockTry(long key) {}

    private final LongSupplier nanoTime;
    private final Map<Object, Refused> refused = new HashMap<>();
    private List<Later> later = new ArrayList<>();

    Refusals(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** What is about the connection, or leaves it useless, ends it; everything else is about what was asked for. */
    static boolean isRefusal(SQLException e) {
        String state = e.getSQLState();
        return !ConnectionFailure.isLoss(e) && !state.startsWith(INVALID_TRANSACTION) && !state.startsWith(NO_SUCH_STATEMENT);
    }

    static void throwUnlessRefusal(SQLException e) throws SQLException {
        if (!isRefusal(e)) {
            throw e;
        }
    }

    /**
     * Tells the owners.
     *
     * @param wish  what is refused, to count how many times in a row
     * @param again what {@link #wishAgain} does when it is time
     */
    void refused(SQLException refusal, Object wish, Runnable again, Subscriber... owners) {
        Refused before = refused.getOrDefault(wish, NEVER);
        long at = nanoTime.getAsLong() + (RETRY_NANOS << Math.min(before.count, MOST_DOUBLINGS));
        refused.put(wish, new Refused(before.count + 1, at, List.of(owners)));
        later.add(new Later(at, again));
        for (Subscriber owner : owners) {
            owner.refused(refusal);
        }
    }

    /** Owners of which nothing else is refused are told. */
    void granted(Object wish) {
        Refused former = refused.remove(wish);
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

    /** A refused try for a lock is not repeated here, but not made before its time either. */
    void lockRefused(SQLException refusal, long key, Subscriber owner) {
        refused(refusal, new LockTry(key), () -> {}, owner);
    }

    boolean isTooEarlyForLock(long key) {
        Refused before = refused.get(new LockTry(key));
        return before != null && before.until - nanoTime.getAsLong() > 0;
    }

    /** There is room for locks again; not each one that was refused is asked for again. */
    void locksGranted(Subscriber owner) {
        if (!refused.isEmpty()
                && refused.entrySet().removeIf(each -> each.getKey() instanceof LockTry && each.getValue().isOf(owner))) {
            tellIfAllIsGranted(owner);
        }
    }

    /** Asks again for everything whose time has come. */
    void wishAgain() {
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
                each.wish.run();
            }
        }
    }

    boolean isEmpty() {
        return refused.isEmpty();
    }
}
