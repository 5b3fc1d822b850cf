package io.github.pgpubsub.internal.session;

import org.jspecify.annotations.Nullable;

/**
 * What a subscriber listens to: all of a channel, or of a shared channel the notifications with its tag. The server compares each
 * notification with each channel of a session, one after the other (PostgreSQL source, async.c, {@code IsListeningOn}), so a thousand
 * groups with a channel each for their members would halve what the session can receive.
 *
 * @param tag without spaces; the payload ends with a space and the tag. Null: the channel is not shared
 */
public record Address(String channel, @Nullable String tag) {

    /** All of a channel. */
    public static Address of(String channel) {
        return new Address(channel, null);
    }

    /** The payload of a notification to this address. */
    public String payload(String text) {
        return tag == null ? text : text + ' ' + tag;
    }

    /** Whether the notification was sent to this address. */
    boolean isOf(Notification notification) {
        return notification.channel().equals(channel) && (tag == null || tagOf(notification.payload()).equals(tag));
    }

    /** The tag of a payload on a shared channel; the whole payload if it has no space. */
    static String tagOf(String payload) {
        return payload.substring(payload.lastIndexOf(' ') + 1);
    }
}
