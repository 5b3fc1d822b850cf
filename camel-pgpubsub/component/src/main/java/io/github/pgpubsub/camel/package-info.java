/**
 * The Camel component: {@code from("pgpubsub:HelloChannel")} and {@code to("pgpubsub:HelloChannel")}.
 *
 * <p>An endpoint is a channel and a {@link io.github.pgpubsub.camel.PgPubSubConfiguration}. Its consumer subscribes and turns
 * messages into exchanges; its producer turns bodies into payloads and publishes. Endpoints with equal connection options
 * share one {@link io.github.pgpubsub.PgPubSub} of the component ({@link io.github.pgpubsub.camel.SharedPubSubs}), and so one
 * listening and one publishing connection. The engine does not know Camel.
 *
 * <p>Camel starts, suspends and stops the {@link io.github.pgpubsub.camel.PgPubSubConsumer}. Its parts:
 * {@link io.github.pgpubsub.camel.Listenings} decides when it listens, and each {@link io.github.pgpubsub.camel.Listening} is one
 * subscription. The {@link io.github.pgpubsub.camel.RouteHandler} turns messages into exchanges.
 * {@link io.github.pgpubsub.camel.ConsumerReports} reports failures and events. {@link io.github.pgpubsub.camel.Polled} serves a
 * {@code ConsumerTemplate} or {@code pollEnrich}, which have a queue instead of a route. JMX shows the consumer through
 * {@link io.github.pgpubsub.camel.management.ManagedConsumer}.
 *
 * <p>With {@code durable=true} the {@link io.github.pgpubsub.camel.PgPubSubKeptConsumer} takes its place, with a
 * {@link io.github.pgpubsub.camel.KeptRouteHandler}: what Camel's error handler leaves failed goes to the engine, which applies
 * {@code onError}. With {@code ackMode=transaction} the exchange runs in
 * {@link io.github.pgpubsub.camel.ConsumerTransactions}. A producer sends through {@link io.github.pgpubsub.camel.Sending}, or, in a
 * transaction, through the {@link io.github.pgpubsub.camel.PgPubSubTransactedProducer}.
 */
@NullMarked
package io.github.pgpubsub.camel;

import org.jspecify.annotations.NullMarked;
