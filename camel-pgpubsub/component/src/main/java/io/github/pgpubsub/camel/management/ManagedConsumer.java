package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as its operators see it: what JMX shows, and what health, console and meters read. Any thread may ask. Names and
 * descriptions are what dashboards are built on: they stay.
 */
public interface ManagedConsumer {

    /** Null for a consumer without a route, of a {@code ConsumerTemplate} or {@code pollEnrich}. */
    String getRouteId();

    String getChannel();

    /** How it stands; null: stopped or suspended. */
    @Nullable
    SubscriptionStatus status();

    // ---- for this the consumer is asked

    @ManagedAttribute(description = "Whether this consumer gets messages now")
    boolean isReceiving();

    @ManagedAttribute(description = "Who shares a listener; empty without a single listener")
    String getGroup();

    /** Waits half a second at most. */
    @ManagedAttribute(description = "Application name of the backend that leads, empty: none known; asks the server when"
            + " another leads, for half a second at most")
    String getLeaderName();

    /** Two for each group; taking over and joining need up to two more of a group for a moment. */
    @ManagedAttribute(description = "Advisory locks that the consumers of this context hold as leaders and standbys")
    int getContextLocks();

    /** @throws IllegalStateException when there is no answer in time */
    @ManagedOperation(description = "Who takes part in the group, and who leads; asks the server, for three seconds at most")
    List<String> listMembers();

    // ---- for this its status

    @ManagedAttribute(description = "Whether there is a connection to listen on")
    default boolean isConnected() {
        return read(SubscriptionStatus::connected, false);
    }

    @ManagedAttribute(description = "Backend that listens, 0: none")
    default int getBackend() {
        return read(status -> status.session().backend(), 0);
    }

    @ManagedAttribute(description = "Role in its group; empty without a single listener")
    default String getRole() {
        return readGroup(group -> group.role().name(), "");
    }

    @ManagedAttribute(description = "Backend that leads as far as this consumer knows, 0: none known")
    default int getLeader() {
        return readGroup(GroupStatus::leader, 0);
    }

    @ManagedAttribute(description = "Milliseconds for which the leader has led, -1: not known")
    default long getLeaderForMillis() {
        return readGroup(group -> group.leaderFor() == null ? -1L : group.leaderFor().toMillis(), -1L);
    }

    @ManagedAttribute(description = "Whether the standby holds all that the leader has not done, as far as this consumer knows")
    default boolean isInStep() {
        return readGroup(GroupStatus::inStep, false);
    }

    @ManagedAttribute(description = "Messages that wait for the route")
    default int getQueued() {
        return read(SubscriptionStatus::queued, 0);
    }

    @ManagedAttribute(description = "Messages handed to the route")
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

    @ManagedAttribute(description = "Times in which messages may have been missed")
    default long getGaps() {
        return read(status -> status.counts().gaps(), 0L);
    }

    @ManagedAttribute(description = "Connections after the first")
    default long getReconnects() {
        return read(status -> status.session().reconnects(), 0L);
    }

    @ManagedAttribute(description = "Share of the server's notification queue in use, 0 to 1")
    default double getServerQueueUsage() {
        return read(status -> status.session().queueUsage(), 0.0);
    }

    @ManagedAttribute(description = "Whose full queue this consumer's session waits for; empty: it reads")
    default String getWaitsFor() {
        return read(status -> status.session().waitsFor() == null ? "" : status.session().waitsFor(), "");
    }

    @ManagedAttribute(description = "Why this consumer can't go on although it is connected; empty: nothing")
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
