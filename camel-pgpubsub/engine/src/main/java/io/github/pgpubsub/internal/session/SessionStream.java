package io.github.pgpubsub.internal.session;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The requests that a subscriber can make on a connected session, on the session's thread only. Requests are collected and sent
 * together once the subscriber has returned, in this order: channels, notifications, unlocks, locks, questions. Each group is
 * committed before the next is sent, because a lock call acts at once and a NOTIFY only when it commits. Answers come on the
 * session's thread.
 */
public interface SessionStream {

    /** Listens at an address for a subscriber, which receives what arrives from the LISTEN on. Subscribers are counted by channel. */
    void listen(Address address, Subscriber subscriber, Runnable done);

    /** Ends what {@link #listen} began. */
    void unlisten(Address address, Subscriber subscriber);

    /** Sends a notification on the listening connection: for control messages. The answer says whether it was committed. */
    void notify(String channel, String payload, Answer<Boolean> committed);

    /** Tries to take a session-level advisory lock, without waiting. The lock is re-entrant, so request it once only. */
    void tryLock(long key, Answer<Boolean> acquired);

    /** Takes a session-level advisory lock in shared mode, unless the session holds it already. Of several wishes the last one counts. */
    void shareLock(long key);

    /** Releases a lock that this session holds. */
    void unlock(long key, Runnable done);

    /** Releases a lock that {@link #shareLock} took. */
    void unshareLock(long key);

    /** Asks for the backends that hold these locks. */
    void holders(List<Long> keys, Answer<Map<Long, List<Integer>>> backends);

    /**
     * Asks for all locks whose keys have these upper 32 bits, and for the backends that hold them. The answer may have other locks, too,
     * which another subscriber has asked for.
     */
    void holdersOfUpperHalf(int upper, Answer<Map<Long, List<Integer>>> backends);

    /** Asks for the application names of backends; the answer leaves out backends that have ended. */
    void names(Collection<Integer> backends, Answer<Map<Integer, String>> names);

    /**
     * Asks a question whose answer is a column of texts, and which nobody depends on: if the server refuses it, the answer is empty.
     *
     * @param parameters of the statement, in order
     */
    void ask(String sql, List<String> parameters, Answer<List<String>> texts);

    /** Ends a backend's session if it still holds the lock. The answer is false if this user may not. */
    void terminate(int backend, long key, Answer<Boolean> allowed);

    /**
     * The time of the latest proof that the session was whole (System.nanoTime): the start of a read that took in everything that
     * had arrived, or of a request that the server has answered. At that time the session held its locks, or the news of their loss
     * was still on its way. The end of a connection arrives behind everything that was sent before it, so reading a part of what has
     * arrived proves nothing.
     */
    long lastProof();

    /**
     * The longest of the last ten queries on this connection, from sending to the complete answer, in nanoseconds; 0: none yet.
     * Includes the server's work and the notifications that arrive before the answer. Excludes sending notifications, which may wait
     * for the commits of other transactions.
     */
    long roundTrip();

    /** The backend of the listening connection. */
    int backend();

    /** Identifies the server's run, see {@link io.github.pgpubsub.internal.connection.ServerConnection#server()}. */
    String server();

    /** The server's uptime when the session connected, in nanoseconds. */
    long serverUptime();

    /** Receives an answer. */
    @FunctionalInterface
    interface Answer<T> {
        void accept(T value);
    }
}
