package io.github.pgpubsub.kept;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A group as the log has it, for operators.
 *
 * @param shard   0 to {@code shards - 1}
 * @param lag     messages that it has not completed
 * @param behind  age of the oldest of them; zero: there is none
 * @param leader  name of the process that reads for it; null: none
 * @param epoch   rises with each leader
 * @param parked  messages that it has set aside
 * @param missed  messages that it never got because they were older than {@code retentionMax}
 */
public record KeptGroup(String channel, String group, int shard, int shards, long lag, Duration behind, @Nullable String leader,
        long epoch, long parked, long missed) {}
