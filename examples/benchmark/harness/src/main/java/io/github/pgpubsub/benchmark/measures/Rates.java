package io.github.pgpubsub.benchmark.measures;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The latest rates of each peer, for choosing backlogs and loads that the peer can handle in the planned time. */
public final class Rates {

    private static final double FIRST_GUESS = 5_000;
    private static final int SMALLEST_BACKLOG = 500;
    private static final int LARGEST_BACKLOG_BYTES = 64 << 20;
    private static final int LARGEST_BACKLOG = 500_000;
    /** No batch waits for messages that never come. */
    private static final int FULL_BATCHES = 100;

    private final Map<String, Double> receiving = new HashMap<>();
    private final Map<String, Double> sending = new HashMap<>();

    /** Number of messages that keep a peer busy for this time. */
    int backlog(String peer, Duration time, int size) {
        double wished = receiving.getOrDefault(peer, FIRST_GUESS) * time.toMillis() / 1000;
        int most = Math.min(LARGEST_BACKLOG, LARGEST_BACKLOG_BYTES / size);
        return (int) Math.max(SMALLEST_BACKLOG, Math.min(most, wished)) / FULL_BATCHES * FULL_BATCHES;
    }

    void received(String peer, double perSecond) {
        receiving.put(peer, perSecond);
    }

    void sent(String peer, double perSecond) {
        sending.put(peer, perSecond);
    }

    /** Messages per second with blocking senders; empty: not measured. */
    Optional<Double> sending(String peer) {
        return Optional.ofNullable(sending.get(peer));
    }
}
