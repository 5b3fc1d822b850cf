package io.github.pgpubsub.camel;

import org.apache.camel.spi.Metadata;

/** The names of the headers. */
public final class PgPubSubConstants {

    @Metadata(label = "consumer", description = "The channel the message came from.", javaType = "String")
    public static final String CHANNEL = "CamelPgPubSubChannel";

    @Metadata(label = "consumer", description = "Process id of the server's backend that sent the message.", javaType = "Integer")
    public static final String PID = "CamelPgPubSubPid";

    @Metadata(label = "consumer", javaType = "String",
            description = "Names the message: the same on every member of the group and when delivered again, never used twice."
                    + " With a single listener only.")
    public static final String MESSAGE_ID = "CamelPgPubSubMessageId";

    @Metadata(label = "consumer", javaType = "Boolean",
            description = "True: an earlier listener may have processed the message. With a single listener only.")
    public static final String REDELIVERED = "CamelPgPubSubRedelivered";

    @Metadata(label = "consumer", javaType = "Long",
            description = "Milliseconds in which messages may have been missed, 0 at the first start. See gapMarker.")
    public static final String GAP = "CamelPgPubSubGap";

    @Metadata(label = "producer", javaType = "String",
            description = "Where to send instead of the endpoint's channel. Removed after use.")
    public static final String OVERRIDE_CHANNEL = "CamelPgPubSubOverrideChannel";

    private PgPubSubConstants() {}
}
