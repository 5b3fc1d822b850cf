package io.github.pgpubsub.internal.session;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a subscriber may ask of the connected session, on the session's thread only. Requests are collected and sent together
 * once the subscriber has returned, in this order: channels, notifications, unlocks, locks, questions. Each group is committed
 * before the next is sent, because a lock call acts at once and a NOTIFY only when it commits. Answers come on the session's
 * thread.
 */
public interface SessionStream {

    /** Listens for a subscriber: what arrives on the channel from the LISTEN on is handed to it. Counted by channel. */
    void listen(String channel, Subscriber subscriber, Runnable done);

    /** Ends what {@link #listen} began. */
    void unlisten(String channel, Subscriber subscriber);

    /** Sends a notification on the listening connection itself: for control messages. False: it was not committed. */
    void notify(String channel, String payload, Answer<Boolean> committed);

    /** Tries a session-level advisory lock, without waiting. The lock is re-entrant: ask once. */
    void tryLock(long key, Answer<Boolean> acquired);

    /** Takes a session-level advisory lock that others may hold too. */
    void shareLock(long key);

    /** Gives back a lock that this session holds. */
    void unlock(long key, Runnable done);

    /** Gives back a lock that was taken with {@link #shareLock}. */
    void unshareLock(long key);

    /** Asks which backends hold these locks. */
    void holders(List<Long> keys, Answer<Map<Long, List<Integer>>> backends);

    /** Asks for the application names of backends; those that have ended are left out. */
    void names(Collection<Integer> backends, Answer<Map<Integer, String>> names);

    /** Ends a backend's session if it still holds the lock. False: this user may not. */
    void terminate(int backend, long key, Answer<Boolean> allowed);

    /**
     * When the session last found its socket open and read all that had come, or asked a question that the server has answered,
     * whichever is later (System.nanoTime, before it read or asked): until then at least it has held its locks, or has not lost
     * them for longer than a notice of it travels. The end of a connection is told after all that was sent before, so to have read
     * a part proves nothing.
     */
    long lastProof();

    /**
     * How long an answer of the server takes: the longest of the last ten requests on this connection, in nanoseconds; 0 before
     * the first. From sending to the whole answer, so what the server needs and what notifications come before it count as well.
     * Notifications that this session sends don't count: they may wait for other transactions' commits.
     */
    long roundTrip();

    /** The backend of the listening connection. */
    int backend();

    /** The server's name for itself, see {@link io.github.pgpubsub.internal.connection.ServerConnection#server()}. */
    String server();

    /** How long the server had been up when the session connected, nanoseconds. */
    long serverUptime();

    /** Takes an answer. */
    @FunctionalInterface
    interface Answer<T> {
        void accept(T value);
    }
}
