/**
 * Servers, proxies and processes for the tests.
 *
 * <ul>
 * <li>{@link io.github.pgpubsub.support.PostgresExtension} gives a test class its own database on a real
 *     {@link io.github.pgpubsub.support.PostgresServer}, of the kind available on the machine;</li>
 * <li>{@link io.github.pgpubsub.support.Proxy} sits between a client and its server and breaks the connection;</li>
 * <li>{@link io.github.pgpubsub.support.JvmProcess} is a second application that a test can kill or freeze.</li>
 * </ul>
 *
 * Unix is assumed: a shell, signals, file descriptors that close with their process.
 */
package io.github.pgpubsub.support;
