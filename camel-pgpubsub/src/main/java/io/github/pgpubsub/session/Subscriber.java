package io.github.pgpubsub.session;

/** Takes part in a {@link Session}. All methods are called by the session's thread and must not block. */
public interface Subscriber {

    /**
     * A new stream begins: nothing is listened to and no lock is held. Called when the subscriber is added to a session that
     * is connected, and after each connect.
     *
     * @param stream what the session is connected to
     */
    void connected(Stream stream);

    /** The stream is broken. Requests that were not answered never will be. */
    void disconnected();

    /** A notification of a channel that this subscriber listens to, in the server's order. */
    void received(Notification notification);

    /** Whether another notification can be taken. While one subscriber says no, the whole session waits. */
    boolean ready();

    /** Called about every {@link SessionOptions#tick()}, connected or not. */
    void tick();

    /** Something failed that this subscriber's user should know of. */
    void failed(Exception failure);
}
