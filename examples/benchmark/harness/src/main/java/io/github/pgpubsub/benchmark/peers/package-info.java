/**
 * The peers: separate processes, which {@link io.github.pgpubsub.benchmark.peers.PeerProcess} starts, commands and ends.
 * {@link io.github.pgpubsub.benchmark.peers.Participants} lists them.
 */
package io.github.pgpubsub.benchmark.peers;
