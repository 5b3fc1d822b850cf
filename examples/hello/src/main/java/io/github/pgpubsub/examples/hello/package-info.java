/**
 * Processes that greet one another on {@code HelloChannel}, once a second, and show what arrives.
 *
 * <p>The first to start brings a PostgreSQL server along ({@link SharedServer}), the others find it and
 * join. The server is nobody's child: it goes on when the one that started it ends, however it ends, and
 * stops by itself when nobody is left ({@code watch.sql}).
 *
 * <p>What Camel does is in {@link HelloRoutes}, what a person sees in {@link Screen}.
 */
package io.github.pgpubsub.examples.hello;
