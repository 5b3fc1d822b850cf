/**
 * What every peer shares, so that all are driven and timed by the same code.
 *
 * <p>A peer is a process of its own with a class path of its own. The harness starts it and writes one line to its standard
 * input for each thing to do; the peer answers each with one line on its standard output. A line is a word and named values:
 *
 * <pre>
 *   open listen=1 send=0            opens links to so many channels      ok
 *   send senders=8 millis=1000 …    sends for a time; senders=0: async   ok sent=… nanos=… cpu=…
 *   expect count=100000             gets ready for a backlog             ok
 *   await millis=60000              waits until it has arrived           ok received=… last=… cpu=…
 *   backlog count=… size=…          makes the backlog itself             ok committed=…
 *   latency rate=200 senders=1 …    sends at a pace and listens          ok sent=… received=… histogram=…
 *   write writers=8 …               inserts rows, then perhaps publishes ok written=… nanos=… histogram=…
 *   cpu                             CPU time used so far, nanoseconds    ok cpu=…
 *   memory                          what a collection leaves, bytes      ok heap=… threads=…
 *   close                                                                ok
 * </pre>
 *
 * Times are nanoseconds; {@code last} and {@code committed} are points on the machine's monotonic clock, which all processes share
 * ({@code System.nanoTime} on Linux and macOS).
 *
 * <p>Instead of {@code ok} it may say {@code failed reason=…}, or {@code cannot reason=…} when it has no way to do that at all. After
 * either its links are closed. It ends when its standard input ends, and so never outlives the harness.
 *
 * <p>{@link io.github.pgpubsub.benchmark.kit.Peer} and {@link io.github.pgpubsub.benchmark.kit.Link} are what a peer
 * implements; {@link io.github.pgpubsub.benchmark.kit.Program} does the rest.
 */
package io.github.pgpubsub.benchmark.kit;
