package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.PublisherStatus;
import org.jspecify.annotations.Nullable;

/** The operator's view of a producer. */
public interface ManagedProducer {

    String getChannel();

    /** State of the producer's connection, which other producers may share; null while the producer is stopped. */
    @Nullable
    PublisherStatus status();
}
