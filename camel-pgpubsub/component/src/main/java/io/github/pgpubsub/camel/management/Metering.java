package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.PublisherStatus;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;

/**
 * Registers meters if Micrometer is on the class path and the context's registry holds a MeterRegistry; otherwise does nothing.
 */
public final class Metering {

    private static final String MICROMETER = "io.micrometer.core.instrument.MeterRegistry";
    @SuppressWarnings("UnnecessaryLambda")
    private static final AutoCloseable NOTHING = () -> {};

    private Metering() {}

    /** @return closing it removes the meters */
    public static AutoCloseable ofConsumer(CamelContext context, ManagedConsumer consumer) {
        AutoCloseable meters = isPresent(context) ? PgPubSubMeters.ofConsumer(context, consumer) : null;
        return meters == null ? NOTHING : meters;
    }

    /** @return closing it removes the meters */
    public static AutoCloseable ofKeptConsumer(CamelContext context, ManagedKeptConsumer consumer) {
        AutoCloseable meters = isPresent(context) ? PgPubSubMeters.ofKeptConsumer(context, consumer) : null;
        return meters == null ? NOTHING : meters;
    }

    /**
     * @param server    the server's name, without secrets
     * @param number    distinguishes connections to one server
     * @param publisher returns null before the first publish
     * @return closing it removes the meters
     */
    public static AutoCloseable ofPublisher(CamelContext context, String server, int number,
            Supplier<PublisherStatus> publisher) {
        AutoCloseable meters = isPresent(context) ? PgPubSubMeters.ofPublisher(context, server, number, publisher) : null;
        return meters == null ? NOTHING : meters;
    }

    private static boolean isPresent(CamelContext context) {
        return context.getClassResolver().resolveClass(MICROMETER) != null;
    }
}
