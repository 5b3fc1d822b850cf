package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.PublisherStatus;
import org.jspecify.annotations.Nullable;

/** A producer as its operators see it. */
public interface ManagedProducer {

    String getChannel();

    /** How its connection stands, which it may share with others; null: stopped. */
    @Nullable
    PublisherStatus status();
}
