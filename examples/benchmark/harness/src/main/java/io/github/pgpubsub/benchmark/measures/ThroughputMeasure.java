package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import java.util.List;

/** Asks how many messages a warm peer sends or receives in a second. The peer made for latency alone is left out. */
interface ThroughputMeasure extends Measure {

    @Override
    default List<PeerProcess> whom(List<PeerProcess> all) {
        return Measure.super.whom(all).stream().filter(peer -> !peer.name().equals(Participants.BY_HAND)).toList();
    }

    @Override
    default int warmUps() {
        return 1;
    }
}
