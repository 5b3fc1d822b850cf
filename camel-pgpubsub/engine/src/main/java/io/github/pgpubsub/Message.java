package io.github.pgpubsub;

import java.time.Duration;

/** What a subscription is given, in the order of the channel: notifications, and gaps where some may have been missed. */
public sealed interface Message {

    /** The channel that the subscription listens to. */
    String channel();

    /**
     * A notification.
     *
     * @param channel     the channel it was sent to
     * @param payload     empty where there was none
     * @param backend     process id of the server's backend that sent it
     * @param id          the same on every member of the group and when delivered again, never used twice; null without a single
     *                    listener, and for messages before a group's first
     * @param redelivered an earlier listener of the group may have processed it
     */
    record Notification(String channel, String payload, int backend, MessageId id, boolean redelivered) implements Message {}

    /**
     * Between the notification before it and the one after it, others may have been missed: there was no connection, or nobody
     * who could take over without a loss.
     *
     * @param channel the channel
     * @param missed  how long; zero where nobody can know
     * @param first   whether it is only the begin: nobody in the group has listened before, so nobody can have missed anything
     */
    record Gap(String channel, Duration missed, boolean first) implements Message {}
}
