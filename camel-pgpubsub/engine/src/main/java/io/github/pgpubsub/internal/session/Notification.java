package io.github.pgpubsub.internal.session;

/**
 * A notification as the server sent it.
 *
 * @param channel exactly as it was notified
 * @param payload empty where there was none
 * @param backend process id of the backend that sent it
 * @param own     whether this process sent it
 */
public record Notification(String channel, String payload, int backend, boolean own) {

    /** Bytes that the payload takes in memory, by estimate. */
    public int bytes() {
        return payload.length();
    }
}
