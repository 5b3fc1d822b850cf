package io.github.pgpubsub;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The server's rules for the name of a channel. */
public final class ChannelName {

    /** NAMEDATALEN - 1 (PostgreSQL source, async.c: pg_notify refuses longer ones, LISTEN would cut them in silence). */
    public static final int MAX_BYTES = 63;

    /** On such channels the members of a group talk to each other. */
    public static final String CONTROL_PREFIX = "pgpubsub/control/";
    /** On such channels stand the marks around what a process sent itself. */
    public static final String OWN_MARKS_PREFIX = "pgpubsub/own/";

    private static final List<String> RESERVED = List.of(CONTROL_PREFIX, OWN_MARKS_PREFIX);

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
