package io.github.pgpubsub;

import io.github.pgpubsub.lead.Role;
import io.github.pgpubsub.session.SessionStatus;

/**
 * How a subscription stands, for operators.
 *
 * @param session       its listening connection
 * @param receiving     whether messages are taken in now
 * @param role          what its member is in its group; null without a single listener
 * @param inStep        whether, as standby, it holds all that the leader has not done: then nothing is lost if that dies
 * @param leader        backend that leads as far as this member knows, 0: none known
 * @param undeposable   backend that leads, shows no life and may not be ended by this user, 0: none
 * @param queued        messages that wait for the handler
 * @param queueSize     how many may
 * @param counts        what has happened so far
 */
public record SubscriptionStatus(
        SessionStatus session, boolean receiving, Role role, boolean inStep, int leader, int undeposable, int queued, int queueSize,
        SubscriptionCounts counts) {

    public boolean connected() {
        return session.connected();
    }
}
