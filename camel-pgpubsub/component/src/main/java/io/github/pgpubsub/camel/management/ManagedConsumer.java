package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.jspecify.annotations.Nullable;

/**
 * The operator's view of a consumer: JMX shows it, and health check, console and meters read it. Thread-safe. Dashboards depend
 * on the names, so they must not change.
 */
public interface ManagedConsumer {

    /** Null for a consumer without a route: of a {@code ConsumerTemplate} or {@code pollEnrich}. */
    String getRouteId();

    @ManagedAttribute(description = "Name of the channel")
    String getChannel();

    /** The subscription's state; null while the consumer is stopped or suspended. */
    @Nullable
    SubscriptionStatus status();

    /**
     * The members of the group. Waits at most half a second for the server.
     *
     * @return empty without a group, or while the consumer is stopped or suspended
     * @throws IllegalStateException when the server does not answer in time
     */
    List<GroupMember> members();

    // ---- answered by the consumer

    @ManagedAttribute(description = "Whether this consumer receives messages now")
    boolean isReceiving();

    @ManagedAttribute(description = "Group that shares a listener; empty with singleListener=false")
    String getGroup();

    /** Waits at most half a second for the server. */
    @ManagedAttribute(description = "Application name of the leading backend; empty if none is known. Asks the server if another"
            + " member leads, and waits at most half a second")
    String getLeaderName();

    /** Two locks per group. Taking over and joining need up to two more locks per group for a moment. */
    @ManagedAttribute(description = "Number of advisory locks that this context's consumers hold as leaders and standbys")
    int getContextLocks();

    /** @throws IllegalStateException when the server does not answer in time */
    @ManagedOperation(description = "Members of the group and their roles. Asks the server, and waits at most three seconds")
    List<String> listMembers();

    // ---- read from the status

    @ManagedAttribute(description = "Whether the listening connection is open")
    default boolean isConnected() {
        return read(SubscriptionStatus::connected, false);
    }

    @ManagedAttribute(description = "Process id of the listening backend; 0: none")
    default int getBackend() {
        return read(status -> status.session().backend(), 0);
    }

    @ManagedAttribute(description = "Role in the group; empty with singleListener=false")
    default String getRole() {
        return readGroup(group -> group.role().name(), "");
    }

    @ManagedAttribute(description = "Process id of the leading backend, as far as this consumer knows; 0: none known")
    default int getLeader() {
        return readGroup(GroupStatus::leader, 0);
    }

    @ManagedAttribute(description = "How long the leader has led, in milliseconds; -1: unknown")
    default long getLeaderForMillis() {
        return readGroup(group -> group.leaderFor() == null ? -1L : group.leaderFor().toMillis(), -1L);
    }

    @ManagedAttribute(
            description = "Whether the standby holds all messages that the leader has not completed, as far as this consumer knows")
    default boolean isInStep() {
        return readGroup(GroupStatus::inStep, false);
    }

    @ManagedAttribute(description = "Messages waiting for the route")
    default int getQueued() {
        return read(SubscriptionStatus::queued, 0);
    }

    @ManagedAttribute(description = "Messages passed to the route")
    default long getReceived() {
        return read(status -> status.counts().received(), 0L);
    }

    @ManagedAttribute(description = "Own messages left out")
    default long getFiltered() {
        return read(status -> status.counts().filtered(), 0L);
    }

    @ManagedAttribute(description = "Messages left out because the queue was full")
    default long getDropped() {
        return read(status -> status.counts().dropped(), 0L);
    }

    @ManagedAttribute(description = "Messages that an earlier listener may have processed")
    default long getRedelivered() {
        return read(status -> status.counts().redelivered(), 0L);
    }

    @ManagedAttribute(description = "Gaps, times in which messages may have been missed")
    default long getGaps() {
        return read(status -> status.counts().gaps(), 0L);
    }

    @ManagedAttribute(description = "Connections opened after the first one")
    default long getReconnects() {
        return read(status -> status.session().reconnects(), 0L);
    }

    @ManagedAttribute(description = "Share of the server's notification queue in use, 0 to 1")
    default double getServerQueueUsage() {
        return read(status -> status.session().queueUsage(), 0.0);
    }

    @ManagedAttribute(description = "Name of the route whose full queue this consumer's session waits for; empty if it reads")
    default String getWaitsFor() {
        return read(status -> status.session().waitsFor() == null ? "" : status.session().waitsFor(), "");
    }

    @ManagedAttribute(description = "Why this consumer is stuck although it is connected; empty if it is not")
    default String getTrouble() {
        return read(status -> status.trouble() == null ? "" : status.trouble(), "");
    }

    private <T> T read(Function<SubscriptionStatus, T> value, T otherwise) {
        SubscriptionStatus status = status();
        return status == null ? otherwise : value.apply(status);
    }

    private <T> T readGroup(Function<GroupStatus, T> value, T otherwise) {
        return read(status -> status.group() == null ? otherwise : value.apply(status.group()), otherwise);
    }
}
