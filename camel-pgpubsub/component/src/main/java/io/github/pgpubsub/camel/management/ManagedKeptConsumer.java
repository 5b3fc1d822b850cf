package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.ShardStatus;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.jspecify.annotations.Nullable;

/** The operator's view of a consumer of a kept channel, in addition to that of every consumer. Names are as fixed as there. */
public interface ManagedKeptConsumer extends ManagedConsumer {

    /** The state of reading; null while the consumer is stopped or suspended. */
    @Nullable
    KeptStatus keptStatus();

    /**
     * The consumer's group in the log, one entry for each shard, as it was at most a few seconds ago. Waits at most half a second for the
     * server.
     *
     * @return null: unknown, or the consumer has no group
     */
    @Nullable
    List<KeptGroup> standing();

    /** The shards whose election this consumer takes part in; empty while the consumer is stopped or suspended. */
    List<ShardStatus> shards();

    // ---- of this consumer

    @ManagedAttribute(description = "Whether this consumer reads the log for its group: it leads and has taken the group's place")
    default boolean isReading() {
        return readKept(KeptStatus::reading, false);
    }

    @ManagedAttribute(description = "Whether this consumer has read everything and waits for a writer or for the next poll")
    default boolean isAsleep() {
        return readKept(KeptStatus::asleep, false);
    }

    @ManagedAttribute(description = "Whether the connection that reads the log is open")
    default boolean isLogConnected() {
        return readKept(KeptStatus::connected, false);
    }

    @ManagedAttribute(description = "Process id of the backend that reads the log; 0: none")
    default int getLogBackend() {
        return readKept(KeptStatus::backend, 0);
    }

    @ManagedAttribute(
            description = "Number of this consumer's leadership, which rises with each leader of the group; 0: it does not read")
    default long getEpoch() {
        return readKept(KeptStatus::epoch, 0L);
    }

    @ManagedAttribute(
            description = "The shards that this consumer leads, each with the number of its leadership: 0 epoch 17, 3 epoch 4")
    default String getShards() {
        return shards().stream().filter(ShardStatus::leads).map(each -> each.shard() + " epoch " + each.epoch())
                .collect(Collectors.joining(", "));
    }

    @ManagedAttribute(
            description = "How long the window of messages has been open that is being processed, in milliseconds; 0: none is")
    default long getWindowMillis() {
        return readKept(status -> status.window().toMillis(), 0L);
    }

    @ManagedAttribute(description = "Messages that were read and are not complete")
    default int getInHand() {
        return readKept(KeptStatus::inHand, 0);
    }

    @ManagedAttribute(description = "Messages completed")
    default long getCompleted() {
        return readKept(KeptStatus::completed, 0L);
    }

    @ManagedAttribute(description = "Failed messages that count as complete")
    default long getSkipped() {
        return readKept(KeptStatus::skipped, 0L);
    }

    @ManagedAttribute(description = "Deliveries after a failure")
    default long getRetried() {
        return readKept(KeptStatus::retried, 0L);
    }

    @ManagedAttribute(description = "Failed messages that this consumer has set aside")
    default long getParked() {
        return readKept(KeptStatus::parked, 0L);
    }

    @ManagedAttribute(description = "Messages that this consumer was told its group never gets")
    default long getMissed() {
        return readKept(KeptStatus::missed, 0L);
    }

    @ManagedAttribute(
            description = "What keeps messages of any channel in the log that are older than the retention: groups that have not"
                    + " read them, or who uses the partition; empty: nothing is known")
    default String getRetentionTrouble() {
        return readKept(status -> status.retentionTrouble() == null ? "" : status.retentionTrouble(), "");
    }

    // ---- of the group, in the log

    /** Waits at most half a second for the server. */
    @ManagedAttribute(
            description = "Messages that the group has not completed; -1: unknown. Asks the server, and waits at most half a"
                    + " second")
    default long getLag() {
        return sum(KeptGroup::lag);
    }

    /** Waits at most half a second for the server. */
    @ManagedAttribute(
            description = "Age of the oldest message that the group has not completed, in seconds; -1: unknown. Asks the"
                    + " server, and waits at most half a second")
    default long getLagSeconds() {
        List<KeptGroup> standing = standing();
        return standing == null || standing.isEmpty() ? -1
                : standing.stream().mapToLong(each -> each.behind().toSeconds()).max().orElse(-1);
    }

    /** Waits at most half a second for the server. */
    @ManagedAttribute(
            description = "Messages that the group has set aside, whoever did it; -1: unknown. Asks the server, and waits at"
                    + " most half a second")
    default long getGroupParked() {
        return sum(KeptGroup::parked);
    }

    /** @throws IllegalStateException when the server does not answer in time */
    @ManagedOperation(
            description = "Groups of the channel: lag, parked messages, leader. Asks the server, and waits at most ten seconds")
    List<String> listGroups();

    /** @throws IllegalStateException when the server does not answer in time */
    @ManagedOperation(
            description = "Writes a message that the group has set aside to the log again, for this group alone. Returns how"
                    + " many: 1, or 0 if there is none with this id")
    long requeue(String messageId);

    /** @throws IllegalStateException when the server does not answer in time */
    @ManagedOperation(
            description = "Writes all messages that the group has set aside to the log again, for this group alone. Returns how"
                    + " many")
    long requeueAll();

    /** @throws IllegalStateException when the server does not answer in time */
    @ManagedOperation(
            description = "Sends the group to another place in the log: now, earliest, an ISO 8601 time or a message id")
    void seek(String start);

    /** @throws IllegalStateException when the server does not answer in time */
    @ManagedOperation(
            description = "Removes a group of the channel, its place and the messages that it has set aside. A group that still"
                    + " has consumers begins anew, at startFrom. False: there is no such group")
    boolean dropGroup(String group);

    private <T> T readKept(Function<KeptStatus, T> value, T otherwise) {
        KeptStatus status = keptStatus();
        return status == null ? otherwise : value.apply(status);
    }

    private long sum(ToLongFunction<KeptGroup> value) {
        List<KeptGroup> standing = standing();
        return standing == null || standing.isEmpty() ? -1 : standing.stream().mapToLong(value).sum();
    }
}
