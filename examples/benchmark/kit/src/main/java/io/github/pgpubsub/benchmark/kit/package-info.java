/**
 * Code that all peers share, so that the same code drives and times every peer.
 *
 * <p>A peer is a process with its own class path. The harness starts the process and writes one line per command to its standard
 * input; the peer answers each command with one line on its standard output. A line is a word and named values:
 *
 * <pre>
 *   open listen=1 send=0            opens links to this many channels    ok
 *   send senders=8 millis=1000 …    sends for a time; senders=0: async   ok sent=… nanos=… cpu=…
 *   expect count=100000             gets ready for a backlog             ok
 *   await millis=60000              waits until it has arrived           ok received=… last=… cpu=…
 *   backlog count=… size=…          writes the backlog itself            ok committed=…
 *   latency rate=200 senders=1 …    sends at a pace and listens          ok sent=… received=… histogram=…
 *   flow count=… senders=8 …        sends so many and receives them      ok received=… nanos=… cpu=…
 *   write writers=8 …               inserts rows, then perhaps publishes ok written=… nanos=… histogram=…
 *   cpu                             CPU time used so far, nanoseconds    ok cpu=…
 *   memory                          what a collection leaves, bytes      ok heap=… threads=…
 *   close                                                                ok
 * </pre>
 *
 * Times are nanoseconds; {@code last} and {@code committed} are points on the machine's monotonic clock, which all processes
 * share ({@code System.nanoTime} on Linux and macOS).
 *
 * <p>Instead of {@code ok} the peer may answer {@code failed reason=…}, or {@code cannot reason=…} if it does not support the
 * command. After either answer its links are closed. The peer ends when its standard input ends, so it never outlives the
 * harness.
 *
 * <p>A peer implements {@link io.github.pgpubsub.benchmark.kit.Peer} and {@link io.github.pgpubsub.benchmark.kit.Link};
 * {@link io.github.pgpubsub.benchmark.kit.Program} does the rest.
 */
package io.github.pgpubsub.benchmark.kit;
