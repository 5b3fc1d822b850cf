package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.peers.PeerProcess;
import java.sql.SQLException;
import java.util.List;

/** One question. */
public interface Measure {

    /** For the command line. */
    String name();

    /** Whether it is about kept messages. */
    default boolean kept() {
        return false;
    }

    /** Whom to ask, among all. */
    default List<PeerProcess> whom(List<PeerProcess> all) {
        return all.stream().filter(peer -> peer.kept() == kept()).toList();
    }

    /** Whether it is asked in the warm-up, too: sending and receiving warm the peers up for all that comes after. */
    default boolean warmsUp() {
        return false;
    }

    /** Asks one peer, once, and puts what it says among the figures. */
    void ask(PeerProcess peer, Bench bench) throws SQLException;

    /** All of them. */
    static List<Measure> all() {
        return List.of(new Sending(), new Receiving(), new Latency(), new Channels(), new Idle(), new Listeners(), new Writers(),
                new KeptSending(), new KeptReceiving(), new KeptFlow(), new KeptLatency(), new KeptWriters());
    }
}
