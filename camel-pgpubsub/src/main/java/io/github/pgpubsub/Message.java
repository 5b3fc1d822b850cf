package io.github.pgpubsub;

import io.github.pgpubsub.lead.Entry;
import io.github.pgpubsub.lead.MessageId;
import io.github.pgpubsub.session.Notification;

/**
 * A message as a subscription gets it, or a gap at its place among the messages.
 *
 * @param channel     the channel it came from
 * @param payload     empty where there was none; null: a gap
 * @param backend     process id of the server's backend that sent it; 0: a gap
 * @param id          the same on every member of the group and when delivered again, never used twice; null without a single
 *                    listener, and for messages before a group's first
 * @param redelivered an earlier listener may have processed it
 * @param gap         messages may have been missed here; null: a message
 */
public record Message(String channel, String payload, int backend, MessageId id, boolean redelivered, Entry.Gap gap) {

    static Message of(String channel, Entry<Notification> entry) {
        Notification notification = entry.message();
        return notification == null ? new Message(channel, null, 0, null, false, entry.gap())
                : new Message(channel, notification.payload(), notification.backend(), entry.id(), entry.redelivered(), null);
    }

    public boolean isGap() {
        return gap != null;
    }
}
