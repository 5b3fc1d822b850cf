package io.github.pgpubsub.camel;

import org.apache.camel.Exchange;
import org.apache.camel.spi.Metadata;

/** Names of the headers. */
public final class PgPubSubConstants {

    @Metadata(label = "consumer", description = "Channel of the message.", javaType = "String")
    public static final String CHANNEL = "CamelPgPubSubChannel";

    @Metadata(label = "consumer", description = "Process id of the server backend that sent the message.", javaType = "Integer")
    public static final String PID = "CamelPgPubSubPid";

    @Metadata(label = "consumer", javaType = "String",
            description = "Id of the message: the same on every member of the group and for every delivery, never used twice."
                    + " Only with singleListener=true, or durable=true. With durable=true a producer sets it, too, once the message is"
                    + " committed.")
    public static final String MESSAGE_ID = "CamelPgPubSubMessageId";

    @Metadata(label = "consumer", javaType = "Boolean",
            description = "True if the message may have been processed before. Only with singleListener=true, or durable=true.")
    public static final String REDELIVERED = "CamelPgPubSubRedelivered";

    @Metadata(label = "consumer", javaType = "Long",
            description = "Length of a gap in milliseconds: how long messages may have been missed. 0 at the first start, and if nobody"
                    + " can know the length. See gapMarker.")
    public static final String GAP = "CamelPgPubSubGap";

    @Metadata(label = "producer", javaType = "String",
            description = "Channel to send to instead of the endpoint's channel. Removed after use.")
    public static final String OVERRIDE_CHANNEL = "CamelPgPubSubOverrideChannel";

    // ---- kept channels

    @Metadata(javaType = "String",
            description = "Key of the message. Messages with the same key stay in order on one member of a group. Only with durable=true.")
    public static final String KEY = "CamelPgPubSubKey";

    @Metadata(label = "consumer", javaType = "Long",
            description = "Number of messages that the group never gets, because they were older than retentionMax or the group was"
                    + " removed; 0: unknown. Only with durable=true. See gapMarker.")
    public static final String MISSED = "CamelPgPubSubMissed";

    @Metadata(label = "consumer", javaType = "Long",
            description = "A number that rises with each new leader of the group: a fencing token for effects outside the database. Only"
                    + " with durable=true.")
    public static final String EPOCH = "CamelPgPubSubEpoch";

    @Metadata(label = "consumer", javaType = "Integer",
            description = "Shard of the group, 0 if it has only one. Only with durable=true.")
    public static final String SHARD = "CamelPgPubSubShard";

    @Metadata(label = "consumer", javaType = "io.github.pgpubsub.camel.PgPubSubAck",
            description = "Completes the message, or all messages of a batch, by its method acknowledge(). Only with ackMode=manual.")
    public static final String ACK = "CamelPgPubSubAck";

    @Metadata(label = "consumer", javaType = "Long",
            description = "Time at which the message was written, milliseconds since 1970. Only with durable=true.")
    public static final String MESSAGE_TIMESTAMP = Exchange.MESSAGE_TIMESTAMP;

    // ---- CloudEvents; Camel's names

    @Metadata(javaType = "String",
            description = "With payloadFormat=cloudevents: the event's id. A producer makes one if there is none.")
    public static final String CLOUD_EVENT_ID = "CamelCloudEventID";

    @Metadata(javaType = "String", defaultValue = "org.apache.camel",
            description = "With payloadFormat=cloudevents: where the event comes from, a URI reference.")
    public static final String CLOUD_EVENT_SOURCE = "CamelCloudEventSource";

    @Metadata(javaType = "String", defaultValue = "org.apache.camel.event",
            description = "With payloadFormat=cloudevents: what has happened.")
    public static final String CLOUD_EVENT_TYPE = "CamelCloudEventType";

    @Metadata(javaType = "String",
            description = "With payloadFormat=cloudevents: what the event is about within its source.")
    public static final String CLOUD_EVENT_SUBJECT = "CamelCloudEventSubject";

    @Metadata(javaType = "String",
            description = "With payloadFormat=cloudevents: when it happened, with an offset (RFC 3339). A producer takes the time of"
                    + " sending if there is none.")
    public static final String CLOUD_EVENT_TIME = "CamelCloudEventTime";

    @Metadata(javaType = "String",
            description = "With payloadFormat=cloudevents: the schema of the data, a URI.")
    public static final String CLOUD_EVENT_SCHEMA = "CamelCloudEventSchemaURL";

    @Metadata(javaType = "String",
            description = "With payloadFormat=cloudevents: the media type of the data. A producer takes Content-Type, or the body's"
                    + " kind, if there is none. A consumer sets Content-Type, too.")
    public static final String CLOUD_EVENT_CONTENT_TYPE = "CamelCloudEventDataContentType";

    @Metadata(label = "consumer", javaType = "String",
            description = "With payloadFormat=cloudevents: the version of the specification, 1.0. Only if the payload is an event.")
    public static final String CLOUD_EVENT_VERSION = "CamelCloudEventVersion";

    private PgPubSubConstants() {}
}
