package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * A shard of a group that this process leads or takes part in, for operators.
 *
 * @param shard  0 to the number of shards less one
 * @param leads  whether this process leads it
 * @param reading whether it has taken the shard's place, too, and reads
 * @param epoch  of its leadership; 0: it does not read
 * @param window age of the open window; zero: none is open
 * @param inHand messages that are handed out and not complete
 */
public record ShardStatus(int shard, boolean leads, boolean reading, long epoch, Duration window, int inHand) {}
