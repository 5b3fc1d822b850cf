package io.github.pgpubsub.benchmark;

import java.time.Duration;
import java.util.List;

/**
 * The lengths and repetitions of the measures.
 *
 * @param rounds    number of rounds; each round runs every measure on every peer, and figures are medians over the rounds
 * @param longRounds number of those rounds, the first ones, that have the measures that take long, too
 * @param warmUp    whether an uncounted round goes first
 * @param send      duration of one run of sending
 * @param pace      duration of one run of sending at a pace, for latency
 * @param backlog   approximate time that a peer should need to receive a backlog
 * @param idle      time for which an idle peer is observed
 * @param sizes     sizes of payloads, bytes
 * @param channels  numbers of channels on one session
 * @param many      number of channels of a program that has very many
 * @param listeners numbers of listening sessions
 * @param jvm       JVM flags of the peers in Java
 */
public record Plan(String name, int rounds, int longRounds, boolean warmUp, Duration send, Duration pace, Duration backlog,
        Duration idle,
        List<Integer> sizes, List<Integer> channels, int many, List<Integer> listeners, List<String> jvm) {

    /** The same heap for every peer, and enough for each. */
    private static final List<String> JVM = List.of("-Xmx1g");
    private static final int KEPT_TIMES = 4;

    /**
     * For kept messages: longer sending and larger backlogs. A peer sends them more slowly, and a JVM needs some 500,000 messages until its
     * code is compiled. A mere check stays short.
     */
    public Plan forKept() {
        int times = warmUp ? KEPT_TIMES : 1;
        return new Plan(name, rounds, longRounds, warmUp, send.multipliedBy(times), pace, backlog.multipliedBy(times), idle,
                sizes,
                channels, many, listeners, jvm);
    }

    /** Only checks that every peer takes part. */
    static Plan check() {
        return new Plan("check", 1, 1, false, Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(50),
                Duration.ofMillis(100),
                List.of(100), List.of(1, 10), 100, List.of(0, 10),
                // A check mostly starts JVMs: these flags start quickly.
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    }

    /** Some minutes; rough figures. */
    static Plan brief() {
        return new Plan("short", 2, 2, true, Duration.ofMillis(150), Duration.ofMillis(200), Duration.ofMillis(150),
                Duration.ofMillis(200),
                List.of(100), List.of(1, 50), 1000, List.of(0, 10, 100), JVM);
    }

    /**
     * An hour and more; {@link io.github.pgpubsub.benchmark.report.Interval} tells what so many rounds are good for: of 9, one on each side
     * may be spoilt by something else on the machine; of 6, none.
     */
    static Plan full() {
        return new Plan("full", 9, 6, true, Duration.ofMillis(500), Duration.ofMillis(1200), Duration.ofMillis(600),
                Duration.ofMillis(1000),
                List.of(100, 4000), List.of(1, 100, 1000), 10_000, List.of(0, 1, 10, 50, 100, 200), JVM);
    }
}
