package io.github.pgpubsub.benchmark;

import java.time.Duration;
import java.util.List;

/**
 * How long and how often is measured.
 *
 * @param rounds    in each of which every peer is asked everything; figures are medians over them
 * @param warmUp    whether a round goes before whose figures are thrown away
 * @param send      time of one sending
 * @param pace      time of one sending at a pace, for latency
 * @param backlog   how long a peer shall have to do with a backlog, about
 * @param idle      time for which an idle peer is watched
 * @param sizes     of payloads, bytes
 * @param channels  numbers of channels on one session
 * @param listeners numbers of listening sessions
 * @param jvm       flags of every peer in Java
 */
public record Plan(String name, int rounds, boolean warmUp, Duration send, Duration pace, Duration backlog, Duration idle,
        List<Integer> sizes, List<Integer> channels, List<Integer> listeners, List<String> jvm) {

    /** Enough for every peer, and equal for all. */
    private static final List<String> JVM = List.of("-Xmx1g");

    /** Only shows that everybody takes part. */
    static Plan check() {
        return new Plan("check", 1, false, Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(50),
                Duration.ofMillis(100),
                List.of(100), List.of(1, 10), List.of(0, 10),
                // Quick to start, which is all that it does.
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    }

    /** Some minutes: figures to look at, not to rely on. */
    static Plan brief() {
        return new Plan("short", 2, true, Duration.ofMillis(150), Duration.ofMillis(200), Duration.ofMillis(150),
                Duration.ofMillis(200),
                List.of(100), List.of(1, 50), List.of(0, 10, 100), JVM);
    }

    /** About an hour. */
    static Plan full() {
        return new Plan("full", 4, true, Duration.ofMillis(700), Duration.ofMillis(1500), Duration.ofMillis(700),
                Duration.ofMillis(1000),
                List.of(100, 4000), List.of(1, 100, 1000), List.of(0, 1, 10, 50, 100, 200), JVM);
    }
}
