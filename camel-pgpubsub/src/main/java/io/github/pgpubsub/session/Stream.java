package io.github.pgpubsub.session;

/**
 * What a subscriber may ask of the connected session, on the session's thread only. Requests are collected and sent together
 * once the subscriber has returned, in this order: channels, notifications, unlocks, locks. Each group is committed before the
 * next is sent, because a lock call acts at once and a NOTIFY only when it commits. Answers come on the session's thread.
 */
public interface Stream {

    /** Listens for a subscriber: what arrives on the channel from the LISTEN on is handed to it. Counted by channel. */
    void listen(String channel, Subscriber subscriber, Runnable done);

    /** Ends what {@link #listen} began. */
    void unlisten(String channel, Subscriber subscriber);

    /** Sends a notification on the listening connection itself: for control messages. */
    void notify(String channel, String payload, Answer<Boolean> committed);

    /** Tries a session-level advisory lock, without waiting. The lock is re-entrant: ask once. */
    void tryLock(long key, Answer<Boolean> acquired);

    /** Gives back a lock that this session holds. */
    void unlock(long key, Runnable done);

    /** The backend of the listening connection. */
    int backend();

    /** The server's name for itself, see {@link io.github.pgpubsub.connect.ServerConnection#server()}. */
    String server();

    /** Takes an answer. */
    @FunctionalInterface
    interface Answer<T> {
        void accept(T value);
    }
}
