package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.ChannelName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A channel and a group, and the names under which the group's members meet. Advisory locks and notifications belong to one
 * database, so the names do not include the database.
 *
 * @param channel the data channel
 * @param group   name of the group
 */
public record GroupKey(String channel, String group) {

    /** Few, because a session compares each notification with each of its channels; and many, because others hear what is on them. */
    private static final int CONTROL_CHANNELS = 128;
    /** The same texts for all groups: with a thousand groups, each message is compared with another one. */
    private static final List<String> CONTROL_CHANNEL_NAMES = IntStream.range(0, CONTROL_CHANNELS)
            .mapToObj(number -> ChannelName.CONTROL_PREFIX + HexFormat.of().toHexDigits((byte) number)).toList();
    private static final int TAG_CHARACTERS = 32;

    /** The key of an advisory lock of this group. */
    public long key(Lock lock) {
        return ByteBuffer.wrap(hash(lock.name())).getLong();
    }

    /** The channel for control messages, which other groups may share. */
    public String controlChannel() {
        return CONTROL_CHANNEL_NAMES.get(hash("control")[0] & (CONTROL_CHANNELS - 1));
    }

    /** Marks this group's messages on its control channel. */
    public String controlTag() {
        return HexFormat.of().formatHex(hash("tag")).substring(0, TAG_CHARACTERS);
    }

    private byte[] hash(String purpose) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String part : new String[] {"camel-pgpubsub", purpose, channel, group}) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                // Prefixed with its length, because ("a", "bc") and ("ab", "c") are different groups.
                sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
                sha256.update(bytes);
            }
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
