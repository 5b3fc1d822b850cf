package io.github.pgpubsub.camel;

import org.apache.camel.spi.Metadata;

/** The names of the headers. */
public final class PgPubSubConstants {

    @Metadata(label = "consumer", description = "The channel the message came from.", javaType = "String")
    public static final String CHANNEL = "CamelPgPubSubChannel";

    @Metadata(label = "consumer", description = "Process id of the server's backend that sent the message.", javaType = "Integer")
    public static final String PID = "CamelPgPubSubPid";

    @Metadata(label = "producer", javaType = "String",
              description = "Where to send instead of the endpoint's channel. Removed after use.")
    public static final String OVERRIDE_CHANNEL = "CamelPgPubSubOverrideChannel";

    private PgPubSubConstants() {}
}
