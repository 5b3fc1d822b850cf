/**
 * Who takes part: each a process of its own, which {@link io.github.pgpubsub.benchmark.peers.PeerProcess} starts, asks and ends.
 * {@link io.github.pgpubsub.benchmark.peers.Participants} lists them.
 */
package io.github.pgpubsub.benchmark.peers;
