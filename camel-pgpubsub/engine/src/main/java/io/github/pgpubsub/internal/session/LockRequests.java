package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.session.AdvisoryLocks.Function;
import io.github.pgpubsub.internal.session.AdvisoryLocks.Outcome;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The advisory locks that subscribers want to take or release, and the locks that this session holds. Belongs to the session's
 * thread.
 */
final class LockRequests {

    private record Lock(long key, SessionStream.Answer<Boolean> acquired, Subscriber owner) {}

    private record Unlock(long key, Runnable done, Subscriber owner) {}

    private final AdvisoryLocks server;
    private final Refusals refusals;
    /** How often each lock is held: a request for a lock succeeds, too, while the release of an earlier one is refused. */
    private final Map<Long, Integer> held = new HashMap<>();
    private final Batch<Unlock> unlocks = new Batch<>();
    private final SharedLocks shared;
    private final Batch<Lock> locks = new Batch<>();

    LockRequests(AdvisoryLocks server, Refusals refusals) {
        this.server = server;
        this.refusals = refusals;
        this.shared = new SharedLocks(server, refusals);
    }

    void tryLock(long key, SessionStream.Answer<Boolean> acquired, Subscriber owner) {
        locks.add(new Lock(key, acquired, owner));
    }

    void unlock(long key, Runnable done, Subscriber owner) {
        unlocks.add(new Unlock(key, done, owner));
    }

    void share(long key, Subscriber owner) {
        shared.want(key, owner);
    }

    void unshare(long key) {
        shared.giveUp(key);
    }

    boolean isEmpty() {
        return unlocks.isEmpty() && shared.isEmpty() && locks.isEmpty();
    }

    /** Minimum number of locks that the server should show for this session. */
    int held() {
        return held.size() + shared.held();
    }

    void flush() throws SQLException {
        flushUnlocks();
        shared.flush();
        flushLocks();
    }

    private void flushUnlocks() throws SQLException {
        List<Unlock> sent = unlocks.take();
        Outcome outcome = server.call(Function.UNLOCK, sent.stream().map(Unlock::key).toList());
        for (Unlock unlock : sent) {
            SQLException refusal = outcome.refusals().get(unlock.key);
            if (refusal == null) {
                held.computeIfPresent(unlock.key, (key, count) -> count == 1 ? null : count - 1);
                refusals.granted(unlock);
                unlock.done.run();
            } else {
                refusals.refused(refusal, unlock, () -> unlocks.add(unlock), unlock.owner);
            }
        }
    }

    private void flushLocks() throws SQLException {
        List<Lock> sent = locks.take();
        Outcome outcome = server.call(Function.TRY,
                sent.stream().map(Lock::key).filter(key -> !refusals.isTooEarlyForLock(key)).toList());
        for (Lock lock : sent) {
            SQLException refusal = outcome.refusals().get(lock.key);
            if (refusal != null) {
                refusals.lockRefused(refusal, lock.key, lock.owner);
            } else if (outcome.answers().containsKey(lock.key)) {
                refusals.locksGranted(lock.owner);
            }
            boolean has = outcome.answers().getOrDefault(lock.key, false);
            if (has) {
                held.merge(lock.key, 1, Integer::sum);
            }
            lock.acquired.accept(has);
        }
    }
}
