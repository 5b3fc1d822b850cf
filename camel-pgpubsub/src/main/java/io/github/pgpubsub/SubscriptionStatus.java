package io.github.pgpubsub;

import io.github.pgpubsub.lead.Role;

/**
 * How a subscription stands, for operators.
 *
 * @param connected     whether its session has a connection
 * @param receiving     whether messages are taken in now
 * @param role          what its member is in its group; null without a single listener
 * @param inStep        whether, as standby, it holds all that the leader has not done: then nothing is lost if that dies
 * @param leader        backend that leads as far as this member knows, 0: none known
 * @param undeposable   backend that leads, shows no life and may not be ended by this user, 0: none
 */
public record SubscriptionStatus(
        boolean connected, boolean receiving, Role role, boolean inStep, int leader, int undeposable) {}
