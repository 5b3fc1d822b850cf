package io.github.pgpubsub;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server's rules for the name of a channel. */
public final class ChannelName {

    /** NAMEDATALEN - 1 (PostgreSQL source, async.c: pg_notify refuses longer names, LISTEN would truncate them silently). */
    public static final int MAX_BYTES = 63;

    /** Prefix of the channels on which the members of a group talk to each other. */
    public static final String CONTROL_PREFIX = "pgpubsub/control/";
    /** Prefix of the channels for the marks around a process's own messages. */
    public static final String OWN_MARKS_PREFIX = "pgpubsub/own/";

    /** Prefix of the channels on which writers of kept messages wake readers. */
    public static final String WAKE_PREFIX = "pgpubsub/wake/";

    /** Channel of the log's rows that are payloads of plain channels, and the beginning of references to them. */
    public static final String STORED = "pgpubsub/stored";

    /** Where those meet that read kept messages. */
    static final String ELECTIONS = "pgpubsub-kept";

    private static final List<String> RESERVED = List.of(CONTROL_PREFIX, OWN_MARKS_PREFIX, WAKE_PREFIX, STORED);

    private ChannelName() {}

    /**
     * Checks a name and returns it.
     *
     * @throws IllegalArgumentException when the name is empty, is longer than 63 bytes of UTF-8, contains a NUL character or half
     *                                  a surrogate pair, or is reserved or begins with a reserved prefix
     */
    public static String check(@Nullable String channel) {
        if (channel == null || channel.isEmpty()) {
            throw new IllegalArgumentException("The channel is empty: a name of 1 to " + MAX_BYTES + " bytes is needed");
        }
        int bytes = channel.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            // The message does not repeat the name: if the ? before the options is missing, it contains them, passwords included.
            throw new IllegalArgumentException(
                    "The channel has " + bytes + " bytes in UTF-8; PostgreSQL takes at most " + MAX_BYTES);
        }
        if (channel.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("The channel has a NUL character, which PostgreSQL can't hold");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(channel)) {
            throw new IllegalArgumentException("The channel has half a surrogate pair and so is not valid Unicode");
        }
        if (channel.equals(ELECTIONS)) {
            throw new IllegalArgumentException("The channel " + ELECTIONS + " is reserved");
        }
        for (String reserved : RESERVED) {
            if (channel.startsWith(reserved)) {
                throw new IllegalArgumentException("Channels that begin with " + reserved + " are reserved");
            }
        }
        return channel;
    }
}
