package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A subscriber's access to the connected session: each request joins the batch of its kind and is sent with the others. */
final class BatchedStream implements SessionStream {

    private final Thread sessionThread = Thread.currentThread();
    private final Subscriber owner;
    private final ServerConnection connection;
    private final RoundTrips roundTrips;
    private final ChannelRequests channels;
    private final NotifyRequests notifies;
    private final LockRequests locks;
    private final BackendRequests backends;

    BatchedStream(Subscriber owner, ServerConnection connection, RoundTrips roundTrips, ChannelRequests channels,
            NotifyRequests notifies, LockRequests locks, BackendRequests backends) {
        this.owner = owner;
        this.connection = connection;
        this.roundTrips = roundTrips;
        this.channels = channels;
        this.notifies = notifies;
        this.locks = locks;
        this.backends = backends;
    }

    private boolean isOnSessionThread() {
        return Thread.currentThread() == sessionThread;
    }

    @Override
    public void listen(Address address, Subscriber subscriber, Runnable done) {
        assert isOnSessionThread();
        channels.listen(address, subscriber, done);
    }

    @Override
    public void unlisten(Address address, Subscriber subscriber) {
        assert isOnSessionThread();
        channels.unlisten(address, subscriber);
    }

    @Override
    public void notify(String channel, String payload, Answer<Boolean> committed) {
        assert isOnSessionThread();
        notifies.notify(channel, payload, committed, owner);
    }

    @Override
    public void tryLock(long key, Answer<Boolean> acquired) {
        assert isOnSessionThread();
        locks.tryLock(key, acquired, owner);
    }

    @Override
    public void shareLock(long key) {
        assert isOnSessionThread();
        locks.share(key, owner);
    }

    @Override
    public void unlock(long key, Runnable done) {
        assert isOnSessionThread();
        locks.unlock(key, done, owner);
    }

    @Override
    public void unshareLock(long key) {
        assert isOnSessionThread();
        locks.unshare(key);
    }

    @Override
    public void holders(List<Long> keys, Answer<Map<Long, List<Integer>>> answer) {
        assert isOnSessionThread();
        backends.holders(keys, answer, owner);
    }

    @Override
    public void holdersOfUpperHalf(int upper, Answer<Map<Long, List<Integer>>> answer) {
        assert isOnSessionThread();
        backends.holdersOfUpperHalf(upper, answer, owner);
    }

    @Override
    public void names(Collection<Integer> named, Answer<Map<Integer, String>> names) {
        assert isOnSessionThread();
        backends.names(named, names, owner);
    }

    @Override
    public void ask(String sql, List<String> parameters, Answer<List<String>> texts) {
        assert isOnSessionThread();
        backends.ask(sql, parameters, texts);
    }

    @Override
    public void terminate(int backend, long key, Answer<Boolean> allowed) {
        assert isOnSessionThread();
        backends.terminate(backend, key, allowed, owner);
    }

    @Override
    public long lastProof() {
        assert isOnSessionThread();
        return roundTrips.lastProof();
    }

    @Override
    public long roundTrip() {
        assert isOnSessionThread();
        return roundTrips.longest();
    }

    @Override
    public long serverUptime() {
        return connection.serverUptime();
    }

    @Override
    public int backend() {
        return connection.backend();
    }

    @Override
    public String server() {
        return connection.server();
    }
}
