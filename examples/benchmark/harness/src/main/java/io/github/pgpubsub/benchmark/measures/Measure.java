package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import java.sql.SQLException;
import java.util.List;

/** One of the things that a run measures. */
public interface Measure {

    /** Name for the command line. */
    String name();

    /** Whom it is about. */
    default Family family() {
        return Family.NOTIFICATIONS;
    }

    /** The peers to measure: those of the family, except for one that only {@link Channels} is about. */
    default List<PeerProcess> whom(List<PeerProcess> all) {
        return all.stream().filter(peer -> peer.family() == family() && !peer.name().equals(Participants.PGJDBC_MORE)).toList();
    }

    /** How often the warm-up asks each peer; 0: the measure is no part of it. */
    default int warmUps() {
        return 0;
    }

    /** Whether each round has the measure; the others are only in the first rounds, because they take long. */
    default boolean everyRound() {
        return family().isPlain();
    }

    /** Measures one peer once, and adds the figures. */
    void ask(PeerProcess peer, Bench bench) throws SQLException;

    /** All measures, in the order of a round. */
    static List<Measure> all() {
        return List.of(new Sending(), new Receiving(), Backlog.ROUTES, new Latency(), new Channels(), new Idle(), new Listeners(),
                new Writers(),
                new Many(), new KeptSending(), Backlog.KEPT, new KeptFlow(), new KeptLatency(), new KeptWriters(),
                Backlog.BATCHES,
                Backlog.SHARDS, Backlog.MEMBERS);
    }
}
