/**
 * The operator's view: health checks, JMX, the developer console, meters and events. Reads the engine's state
 * ({@link io.github.pgpubsub.status.SubscriptionStatus}, {@link io.github.pgpubsub.status.PublisherStatus}) and changes nothing.
 */
@NullMarked
package io.github.pgpubsub.camel.management;

import org.jspecify.annotations.NullMarked;
