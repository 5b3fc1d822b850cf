/**
 * What the tests stand on.
 *
 * <ul>
 * <li>{@link io.github.pgpubsub.support.PostgresExtension} gives a test class a database of its own on a real
 *     {@link io.github.pgpubsub.support.PostgresServer}, whichever kind the machine has;</li>
 * <li>{@link io.github.pgpubsub.support.Proxy} stands between a client and its server and breaks the link;</li>
 * <li>{@link io.github.pgpubsub.support.JvmProcess} is a second application, to be killed or frozen.</li>
 * </ul>
 *
 * Unix is assumed: a shell, signals, file descriptors that close with their process.
 */
package io.github.pgpubsub.support;
