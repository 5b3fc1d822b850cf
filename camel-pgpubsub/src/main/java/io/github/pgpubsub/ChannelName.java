package io.github.pgpubsub;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.lead.GroupKey;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The server's rules for the name of a channel. */
public final class ChannelName {

    /** NAMEDATALEN - 1 (PostgreSQL source, async.c: pg_notify refuses longer ones, LISTEN would cut them in silence). */
    public static final int MAX_BYTES = 63;

    private static final List<String> RESERVED = List.of(GroupKey.CONTROL_PREFIX, OwnMessages.CHANNEL_PREFIX);

    private ChannelName() {}

    /**
     * Checks a name and returns it.
     *
     * @throws IllegalArgumentException when it is empty, longer than 63 bytes of UTF-8, holds a NUL character or half a
     *                                  surrogate pair, or is one of those that groups use among themselves
     */
    public static String check(String channel) {
        if (channel == null || channel.isEmpty()) {
            throw new IllegalArgumentException("The channel is empty: a name of 1 to " + MAX_BYTES + " bytes is needed");
        }
        int bytes = channel.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            // It is not repeated: without the ? that begins the options they are all in it, a password too.
            throw new IllegalArgumentException("The channel has " + bytes + " bytes in UTF-8; PostgreSQL takes at most " + MAX_BYTES);
        }
        if (channel.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("The channel has a NUL character, which PostgreSQL can't hold");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(channel)) {
            throw new IllegalArgumentException("The channel has half a surrogate pair and so is not valid Unicode");
        }
        for (String reserved : RESERVED) {
            if (channel.startsWith(reserved)) {
                throw new IllegalArgumentException("Channels that begin with " + reserved + " are reserved");
            }
        }
        return channel;
    }
}
