package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.ChannelName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A channel and a group, and the names that its members meet under. Advisory locks and notifications belong to a database,
 * so the database is not part of them.
 *
 * @param channel the data channel
 * @param group   who shares a listener
 */
public record GroupKey(String channel, String group) {

    private static final int HASH_CHARACTERS = 32;

    /** The key of an advisory lock of this group. */
    public long key(Lock lock) {
        return ByteBuffer.wrap(hash(lock.name())).getLong();
    }

    /** Where members talk: 49 bytes, whatever the channel's length. */
    public String controlChannel() {
        return ChannelName.CONTROL_PREFIX + HexFormat.of().formatHex(hash("control")).substring(0, HASH_CHARACTERS);
    }

    private byte[] hash(String purpose) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String part : new String[] {"camel-pgpubsub", purpose, channel, group}) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                // The length first: ("a", "bc") and ("ab", "c") are different groups.
                sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
                sha256.update(bytes);
            }
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
