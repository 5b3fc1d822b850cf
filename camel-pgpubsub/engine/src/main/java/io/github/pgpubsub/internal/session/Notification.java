package io.github.pgpubsub.internal.session;

/**
 * A notification as the server sent it.
 *
 * @param channel the exact name of the channel
 * @param payload empty if it was sent without a payload
 * @param backend process id of the sender's backend
 * @param own     whether this process sent it
 */
public record Notification(String channel, String payload, int backend, boolean own) {

    /** Estimated memory of the payload, in bytes. */
    public int bytes() {
        return payload.length();
    }
}
