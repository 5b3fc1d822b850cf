/**
 * A web page that shows orders as their rows are written, and beside it the group of processes that pack them.
 *
 * <p>The routes are in {@code camel/live.yaml}. {@link Shop} writes rows and knows nothing of channels; {@link Browsers} passes messages to
 * the browsers.
 */
package io.github.pgpubsub.examples.live;
