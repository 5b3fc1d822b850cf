/**
 * What Camel sees: {@code from("pgpubsub:HelloChannel")} and {@code to("pgpubsub:HelloChannel")}.
 *
 * <p>An endpoint is a channel and a {@link io.github.pgpubsub.camel.PgPubSubConfiguration}. Its consumer subscribes and turns
 * messages into exchanges; its producer turns bodies into payloads and publishes. Endpoints with equal connection options
 * share one {@link io.github.pgpubsub.PgPubSub} of the component ({@link io.github.pgpubsub.camel.SharedPubSubs}), and so one
 * listening and one publishing connection. The engine does not know Camel.
 *
 * <p>The {@link io.github.pgpubsub.camel.PgPubSubConsumer} is what Camel starts, suspends and stops. When it listens is the matter of its
 * {@link io.github.pgpubsub.camel.Listenings}, of which each {@link io.github.pgpubsub.camel.Listening} is one subscription; the
 * {@link io.github.pgpubsub.camel.RouteHandler} makes an exchange of each message; {@link io.github.pgpubsub.camel.ConsumerReports} tells
 * failures and events; {@link io.github.pgpubsub.camel.Polled} is for a {@code ConsumerTemplate} or {@code pollEnrich}, which have a queue
 * instead of a route. What JMX shows of it is {@link io.github.pgpubsub.camel.management.ManagedConsumer}.
 */
package io.github.pgpubsub.camel;
