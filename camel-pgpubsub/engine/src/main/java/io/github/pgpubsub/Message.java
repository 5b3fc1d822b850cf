package io.github.pgpubsub;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A message to a subscription, in the channel's order: a notification, or a gap where notifications may have been missed. */
public sealed interface Message {

    /** The channel that the subscription listens to. */
    String channel();

    /**
     * A notification.
     *
     * @param channel     the channel of the notification
     * @param payload     empty if it was sent without a payload
     * @param backend     process id of the sender's backend
     * @param id          unique, and the same on every member of the group and for every delivery; null without a single
     *                    listener, and for messages before a group's first
     * @param redelivered whether an earlier listener of the group may have processed the message
     */
    record Notification(String channel, String payload, int backend, @Nullable MessageId id,
            boolean redelivered) implements Message {}

    /**
     * Notifications may have been missed at this position: there was no connection, or no member that could take over without
     * loss.
     *
     * @param channel the channel
     * @param missed  length of the gap; zero if unknown
     * @param first   whether listening only begins here: no member of the group has listened before, so none has missed anything
     */
    record Gap(String channel, Duration missed, boolean first) implements Message {}
}
