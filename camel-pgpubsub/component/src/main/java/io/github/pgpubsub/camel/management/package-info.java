/**
 * What operators see: health, JMX, the developer console, meters and events. Reads what the engine tells of itself
 * ({@link io.github.pgpubsub.status.SubscriptionStatus}, {@link io.github.pgpubsub.status.PublisherStatus}) and changes nothing.
 */
package io.github.pgpubsub.camel.management;
