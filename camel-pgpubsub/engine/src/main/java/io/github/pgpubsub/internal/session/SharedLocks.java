package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.session.AdvisoryLocks.Function;
import io.github.pgpubsub.internal.session.AdvisoryLocks.Outcome;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The advisory locks that subscribers hold in shared mode, each at most once. The last wish for a lock counts, and only the difference
 * between the wishes and the locks held is sent: a lock that is wanted and given up before the next flush, or while the server refuses
 * it, is never taken. Belongs to the session's thread.
 */
final class SharedLocks {

    /** Key for a refused request. */
    private record Refused(long lock) {}

    private final AdvisoryLocks server;
    private final Refusals refusals;
    /** Who wants which lock. */
    private final Map<Long, Subscriber> wanted = new HashMap<>();
    private final Map<Long, Subscriber> held = new LinkedHashMap<>();
    /** Locks whose wish has changed since the last flush, or whose request is due again. */
    private Set<Long> changed = new LinkedHashSet<>();

    SharedLocks(AdvisoryLocks server, Refusals refusals) {
        this.server = server;
        this.refusals = refusals;
    }

    void want(long key, Subscriber owner) {
        wanted.put(key, owner);
        changed.add(key);
    }

    void giveUp(long key) {
        wanted.remove(key);
        changed.add(key);
    }

    boolean isEmpty() {
        return changed.isEmpty();
    }

    /** Number of locks held. */
    int held() {
        return held.size();
    }

    void flush() throws SQLException {
        if (changed.isEmpty()) {
            return;
        }
        Set<Long> due = changed;
        changed = new LinkedHashSet<>();
        Set<Long> settled = new HashSet<>(due);
        settled.removeAll(call(Function.UNLOCK_SHARED, due, key -> held.containsKey(key) && !wanted.containsKey(key)));
        settled.removeAll(call(Function.TRY_SHARED, due, key -> wanted.containsKey(key) && !held.containsKey(key)));
        settled.forEach(key -> refusals.granted(new Refused(key)));
    }

    /** Returns the locks for which the request was refused. */
    private Set<Long> call(Function function, Set<Long> due, Predicate<Long> which) throws SQLException {
        List<Long> keys = due.stream().filter(which).toList();
        Outcome outcome = server.call(function, keys);
        Set<Long> refused = new HashSet<>();
        for (long key : keys) {
            Subscriber owner = owner(key);
            SQLException refusal = refusal(function, key, outcome);
            if (refusal != null) {
                refused.add(key);
                refusals.refused(refusal, new Refused(key), () -> changed.add(key), owner);
            } else if (function == Function.TRY_SHARED) {
                held.put(key, owner);
            } else {
                held.remove(key);
            }
        }
        return refused;
    }

    private Subscriber owner(long key) {
        Subscriber owner = wanted.getOrDefault(key, held.get(key));
        assert owner != null;
        return owner;
    }

    private static @Nullable SQLException refusal(Function function, long key, Outcome outcome) {
        SQLException refusal = outcome.refusals().get(key);
        if (refusal == null && function == Function.TRY_SHARED && !outcome.answers().getOrDefault(key, false)) {
            // 55P03: lock_not_available. No member takes these locks in exclusive mode.
            return new SQLException("Another session holds the advisory lock " + key + " in exclusive mode", "55P03");
        }
        return refusal;
    }
}
