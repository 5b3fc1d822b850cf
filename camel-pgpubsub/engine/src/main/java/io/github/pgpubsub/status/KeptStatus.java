package io.github.pgpubsub.status;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a kept subscription's reading, for operators. Counts are since its start.
 *
 * @param connected  whether the reading connection is open
 * @param backend    process id of its backend; 0: not connected
 * @param reading    whether this process reads for its group: it leads and has taken the group's place
 * @param asleep     whether it has read everything and waits for a writer or the next poll
 * @param epoch      of its leadership; 0: it does not read
 * @param window     age of the open window; zero: none is open
 * @param inHand     messages that are handed out and not complete
 * @param completed  messages completed
 * @param redelivered messages handed out that may have been processed before
 * @param skipped    failed messages that count as complete
 * @param parked     failed messages that were set aside
 * @param retried    deliveries after a failure
 * @param missed     messages that the group was told to have missed
 * @param filtered   own messages left out
 * @param trouble    the reason why a connected reader can't read; null: none
 * @param retentionTrouble what keeps messages of any channel in the log that are older than the retention: the groups that have not read
 *                   them, or who uses the partition; null: nothing is known
 */
public record KeptStatus(boolean connected, int backend, boolean reading, boolean asleep, long epoch, Duration window, int inHand,
        long completed, long redelivered, long skipped, long parked, long retried, long missed, long filtered,
        @Nullable String trouble, @Nullable String retentionTrouble) {}
