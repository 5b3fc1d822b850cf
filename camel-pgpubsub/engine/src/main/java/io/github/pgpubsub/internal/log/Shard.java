package io.github.pgpubsub.internal.log;

/**
 * One shard of a group.
 *
 * @param shard  0 to {@code shards - 1}
 * @param shards 1 or more
 */
public record Shard(String channel, String group, int shard, int shards) {

    /** A group without shards. */
    public Shard(String channel, String group) {
        this(channel, group, 0, 1);
    }

    @Override
    public String toString() {
        return "channel " + channel + ", group " + group + (shards == 1 ? "" : ", shard " + shard);
    }
}
