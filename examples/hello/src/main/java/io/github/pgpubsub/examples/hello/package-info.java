/**
 * Processes that greet one another on {@code HelloChannel}, once a second, and show what arrives.
 *
 * <p>The first to start brings a PostgreSQL server along ({@link io.github.pgpubsub.examples.server.SharedServer}), the
 * others find it and join.
 *
 * <p>What Camel does is in {@link HelloRoutes}, what a person sees in {@link Screen}.
 */
package io.github.pgpubsub.examples.hello;
