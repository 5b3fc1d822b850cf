package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.StartFrom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one shard of a group reads.
 *
 * @param shard         its number; a group without shards has shard 0
 * @param rows          most messages that are handed out and not complete
 * @param bytes         most memory that they take, but one message is always allowed
 * @param pageRows      most messages of a page
 * @param pageBytes     most memory of a page
 * @param ackInterval   shortest time between two acknowledgements within a window
 * @param wakeUp        whether writers wake this reader
 * @param pollInterval  how often it looks without having been woken; null: never
 * @param leaderTimeout how long a leader may be unable to read before it gives up the lead, and how long the messages that an
 *                      earlier leadership has begun are waited for
 */
public record ReadOptions(int shard, StartFrom startFrom, AckMode ackMode, ErrorPolicy onError, int rows, long bytes,
        int pageRows, long pageBytes, Duration ackInterval, boolean wakeUp, @Nullable Duration pollInterval,
        Duration leaderTimeout) {

    public ReadOptions {
        assert rows > 0 && bytes > 0 && pageRows > 0 && pageBytes > 0;
        assert !wakeUp || !leaderTimeout.isZero();
        assert wakeUp || pollInterval != null;
    }
}
