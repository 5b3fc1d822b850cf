/**
 * Processes that greet each other on {@code HelloChannel} once a second, and show the messages that arrive.
 *
 * <p>The first process starts a PostgreSQL server ({@link io.github.pgpubsub.examples.server.SharedServer}); the others find the
 * server and join.
 *
 * <p>{@link HelloRoutes} has the Camel routes, {@link Screen} the output.
 */
package io.github.pgpubsub.examples.hello;
