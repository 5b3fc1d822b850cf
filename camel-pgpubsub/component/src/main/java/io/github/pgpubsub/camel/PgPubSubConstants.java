package io.github.pgpubsub.camel;

import org.apache.camel.spi.Metadata;

/** Names of the headers. */
public final class PgPubSubConstants {

    @Metadata(label = "consumer", description = "Channel of the message.", javaType = "String")
    public static final String CHANNEL = "CamelPgPubSubChannel";

    @Metadata(label = "consumer", description = "Process id of the server backend that sent the message.", javaType = "Integer")
    public static final String PID = "CamelPgPubSubPid";

    @Metadata(label = "consumer", javaType = "String",
            description = "Id of the message: the same on every member of the group and for every delivery, never used twice."
                    + " Only with singleListener=true.")
    public static final String MESSAGE_ID = "CamelPgPubSubMessageId";

    @Metadata(label = "consumer", javaType = "Boolean",
            description = "True if an earlier listener may have processed the message. Only with singleListener=true.")
    public static final String REDELIVERED = "CamelPgPubSubRedelivered";

    @Metadata(label = "consumer", javaType = "Long",
            description = "Length of a gap in milliseconds: how long messages may have been missed. 0 at the first start, and if nobody"
                    + " can know the length. See gapMarker.")
    public static final String GAP = "CamelPgPubSubGap";

    @Metadata(label = "producer", javaType = "String",
            description = "Channel to send to instead of the endpoint's channel. Removed after use.")
    public static final String OVERRIDE_CHANNEL = "CamelPgPubSubOverrideChannel";

    private PgPubSubConstants() {}
}
