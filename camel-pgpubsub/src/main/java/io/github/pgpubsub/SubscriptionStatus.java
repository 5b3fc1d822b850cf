package io.github.pgpubsub;

import io.github.pgpubsub.session.SessionStatus;

/**
 * How a subscription stands, for operators.
 *
 * @param session   its listening connection
 * @param receiving whether messages are taken in now
 * @param group     how it stands in its group; null without a single listener
 * @param queued    messages that wait for the handler
 * @param queueSize how many may
 * @param counts    what has happened so far
 */
public record SubscriptionStatus(
        SessionStatus session, boolean receiving, GroupStatus group, int queued, int queueSize, SubscriptionCounts counts) {

    public boolean connected() {
        return session.connected();
    }
}
