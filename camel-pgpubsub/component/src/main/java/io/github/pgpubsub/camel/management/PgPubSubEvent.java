package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.kept.KeptListener;
import java.io.Serial;
import java.time.Duration;
import java.util.EventObject;
import org.apache.camel.spi.CamelEvent;

/**
 * An event of a consumer. Camel's {@code EventNotifier}s get it, with the type {@code Custom}, on a thread of the component's
 * callback pool.
 */
public abstract class PgPubSubEvent extends EventObject implements CamelEvent {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String routeId;
    private final String channel;
    private long timestamp;

    PgPubSubEvent(Object source, String routeId, String channel) {
        super(source);
        this.routeId = routeId;
        this.channel = channel;
    }

    @Override
    public Type getType() {
        return Type.Custom;
    }

    /** Null for a consumer without a route, for example of a {@code ConsumerTemplate}. */
    public String getRouteId() {
        return routeId;
    }

    public String getChannel() {
        return channel;
    }

    @Override
    public long getTimestamp() {
        return timestamp;
    }

    @Override
    public void setTimestamp(long timestamp) {
        this.timestamp = timestamp;
    }

    @Override
    public String toString() {
        return (routeId == null ? "Channel " : "Route " + routeId + ", channel ") + channel + ": ";
    }

    /** The consumer's role in its group has changed. */
    public static final class RoleChanged extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient io.github.pgpubsub.status.RoleChange change;

        public RoleChanged(Object source, String routeId, String channel, io.github.pgpubsub.status.RoleChange change) {
            super(source, routeId, channel);
            this.change = change;
        }

        public io.github.pgpubsub.status.RoleChange getChange() {
            return change;
        }

        @Override
        public String toString() {
            return super.toString() + change.to() + " (" + change.reason() + ")";
        }
    }

    /** Messages may have been missed. */
    public static final class Gap extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        private final long millis;

        public Gap(Object source, String routeId, String channel, long millis) {
            super(source, routeId, channel);
            this.millis = millis;
        }

        /** Length of the gap in milliseconds; 0 if nobody can know it. */
        public long getMillis() {
            return millis;
        }

        @Override
        public String toString() {
            return super.toString() + "messages may have been missed for " + millis + " ms";
        }
    }

    /** The consumer's session has a connection: for the first time, or again. */
    public static final class Connected extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        public Connected(Object source, String routeId, String channel) {
            super(source, routeId, channel);
        }

        @Override
        public String toString() {
            return super.toString() + "connected";
        }
    }

    /** The consumer's session has lost its connection. */
    public static final class Lost extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        public Lost(Object source, String routeId, String channel) {
            super(source, routeId, channel);
        }

        @Override
        public String toString() {
            return super.toString() + "connection lost";
        }
    }

    /** From now on the consumer receives: it listens, and with a single listener it is the one of its group, or of its shard. */
    public static final class Listening extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        public Listening(Object source, String routeId, String channel) {
            super(source, routeId, channel);
        }

        @Override
        public String toString() {
            return super.toString() + "listening";
        }
    }

    /** Listening is active again. */
    public static final class Reconnected extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        private final Duration lost;

        public Reconnected(Object source, String routeId, String channel, Duration lost) {
            super(source, routeId, channel);
            this.lost = lost;
        }

        /** How long the connection was lost. */
        public Duration getLost() {
            return lost;
        }

        @Override
        public String toString() {
            return super.toString() + "connected again after " + lost.toMillis() + " ms";
        }
    }

    /** Something has happened to a consumer of a kept channel that operators should know. What it is tells the class, or the incident. */
    public static class Incident extends PgPubSubEvent {

        @Serial
        private static final long serialVersionUID = 1L;

        private final KeptListener.Incident kind;
        private final String detail;

        Incident(Object source, String routeId, String channel, KeptListener.Incident kind, String detail) {
            super(source, routeId, channel);
            this.kind = kind;
            this.detail = detail;
        }

        /** @param detail for people; has no payload */
        public static Incident of(Object source, String routeId, String channel, KeptListener.Incident kind, String detail) {
            return switch (kind) {
                case PARKED -> new Parked(source, routeId, channel, kind, detail);
                case SKIPPED -> new Skipped(source, routeId, channel, kind, detail);
                case MESSAGES_MISSED, GROUP_REMOVED -> new Missed(source, routeId, channel, kind, detail);
                case DEPOSED -> new Deposed(source, routeId, channel, kind, detail);
                default -> new Incident(source, routeId, channel, kind, detail);
            };
        }

        public KeptListener.Incident getIncident() {
            return kind;
        }

        /** For people; has no payload. */
        public String getDetail() {
            return detail;
        }

        @Override
        public String toString() {
            return super.toString() + kind + " (" + detail + ")";
        }
    }

    /** A failed message was set aside. */
    public static final class Parked extends Incident {

        @Serial
        private static final long serialVersionUID = 1L;

        Parked(Object source, String routeId, String channel, KeptListener.Incident kind, String detail) {
            super(source, routeId, channel, kind, detail);
        }
    }

    /** A failed message counts as complete. */
    public static final class Skipped extends Incident {

        @Serial
        private static final long serialVersionUID = 1L;

        Skipped(Object source, String routeId, String channel, KeptListener.Incident kind, String detail) {
            super(source, routeId, channel, kind, detail);
        }
    }

    /** The group never gets some messages: they were older than {@code retentionMax}, or the group was removed. */
    public static final class Missed extends Incident {

        @Serial
        private static final long serialVersionUID = 1L;

        Missed(Object source, String routeId, String channel, KeptListener.Incident kind, String detail) {
            super(source, routeId, channel, kind, detail);
        }
    }

    /** Another process has taken the group's place from this consumer. */
    public static final class Deposed extends Incident {

        @Serial
        private static final long serialVersionUID = 1L;

        Deposed(Object source, String routeId, String channel, KeptListener.Incident kind, String detail) {
            super(source, routeId, channel, kind, detail);
        }
    }
}
