package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.session.AdvisoryLocks.Function;
import io.github.pgpubsub.internal.session.AdvisoryLocks.Outcome;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The advisory locks that subscribers want to take or release, and the locks that this session holds. Belongs to the session's
 * thread.
 */
final class LockRequests {

    private record Lock(long key, SessionStream.Answer<Boolean> acquired, Subscriber owner) {}

    private record Unlock(long key, Runnable done, Subscriber owner) {}

    /** A request to take a shared lock, or to release it. */
    private record Share(long key, Subscriber owner) {}

    private final AdvisoryLocks server;
    private final Refusals refusals;
    private final Set<Long> held = new LinkedHashSet<>();
    private final Batch<Unlock> unlocks = new Batch<>();
    private final Batch<Share> unshares = new Batch<>();
    private final Batch<Share> shares = new Batch<>();
    private final Batch<Lock> locks = new Batch<>();

    LockRequests(AdvisoryLocks server, Refusals refusals) {
        this.server = server;
        this.refusals = refusals;
    }

    void tryLock(long key, SessionStream.Answer<Boolean> acquired, Subscriber owner) {
        locks.add(new Lock(key, acquired, owner));
    }

    void unlock(long key, Runnable done, Subscriber owner) {
        unlocks.add(new Unlock(key, done, owner));
    }

    void share(long key, Subscriber owner) {
        shares.add(new Share(key, owner));
    }

    void unshare(long key, Subscriber owner) {
        unshares.add(new Share(key, owner));
    }

    boolean isEmpty() {
        return unlocks.isEmpty() && unshares.isEmpty() && shares.isEmpty() && locks.isEmpty();
    }

    /** Minimum number of locks that the server should show for this session. */
    int held() {
        return held.size();
    }

    void flush() throws SQLException {
        flushUnlocks();
        flushShares(Function.UNLOCK_SHARED, unshares, share -> held.remove(share.key));
        flushShares(Function.TRY_SHARED, shares, share -> held.add(share.key));
        flushLocks();
    }

    private void flushUnlocks() throws SQLException {
        List<Unlock> sent = unlocks.take();
        Outcome outcome = server.call(Function.UNLOCK, sent.stream().map(Unlock::key).toList());
        for (Unlock unlock : sent) {
            SQLException refusal = outcome.refusals().get(unlock.key);
            if (refusal == null) {
                held.remove(unlock.key);
                refusals.granted(unlock);
                unlock.done.run();
            } else {
                refusals.refused(refusal, unlock, () -> unlocks.add(unlock), unlock.owner);
            }
        }
    }

    private void flushShares(Function function, Batch<Share> batch, Consumer<Share> done) throws SQLException {
        List<Share> sent = batch.take();
        Outcome outcome = server.call(function, sent.stream().map(Share::key).toList());
        for (Share share : sent) {
            SQLException refusal = outcome.refusals().get(share.key);
            if (refusal == null) {
                done.accept(share);
                refusals.granted(share);
            } else {
                refusals.refused(refusal, share, () -> batch.add(share), share.owner);
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
                held.add(lock.key);
            }
            lock.acquired.accept(has);
        }
    }
}
