package io.github.pgpubsub.status;

/**
 * How a subscription stands, for operators.
 *
 * @param session   its listening connection
 * @param receiving whether messages are taken in now
 * @param group     how it stands in its group; null without a single listener
 * @param queued    messages that wait for the handler
 * @param queueSize how many may
 * @param counts    what has happened so far
 * @param trouble   why it can't go on although it is connected: the server refuses what it asks for, or it has no thread that takes
 *                  messages; null: nothing. It is tried again
 */
public record SubscriptionStatus(
        SessionStatus session, boolean receiving, GroupStatus group, int queued, int queueSize, SubscriptionCounts counts,
        String trouble) {

    public boolean connected() {
        return session.connected();
    }
}
