/**
 * What Camel sees: {@code from("pgpubsub:HelloChannel")} and {@code to("pgpubsub:HelloChannel")}.
 *
 * <p>An endpoint is a channel and a {@link io.github.pgpubsub.camel.PgPubSubConfiguration}. Its consumer subscribes and turns
 * messages into exchanges; its producer turns bodies into payloads and publishes. Endpoints with equal connection options
 * share one {@link io.github.pgpubsub.PgPubSub} of the component ({@link io.github.pgpubsub.camel.SharedPubSubs}), and so one
 * listening and one publishing connection. Nothing outside this package knows Camel.
 */
package io.github.pgpubsub.camel;
