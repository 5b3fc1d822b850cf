/**
 * Orders go from a table to Kafka, JMS and MQTT. {@link io.github.pgpubsub.examples.bridges.Application} is what you would write yourself,
 * beside the routes in {@code camel/kept.yaml}; the other classes are the servers and the shop that the example brings.
 */
package io.github.pgpubsub.examples.bridges;
