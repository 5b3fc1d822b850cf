package io.github.pgpubsub.examples.hello;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The receiving processes, as values of the component's options. */
enum Scenario {

    ALL(false, false, "every process receives everything"), ALL_FILTERED(false, true,
            "every process receives what the others send"), ONE(true, false,
                    "one process receives everything, the others stand by"), ONE_FILTERED(true, true,
                            "one process receives what the others send, the others stand by"), SHARDS(true, false,
                                    "the processes share eight shards; each key is received in order by one of them");

    private final boolean singleListener;
    private final boolean filtered;
    private final String meaning;

    Scenario(boolean singleListener, boolean filtered, String meaning) {
        this.singleListener = singleListener;
        this.filtered = filtered;
        this.meaning = meaning;
    }

    static Scenario of(String flag) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.flag().equals(flag))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("unknown scenario '%s'; use one of: %s".formatted(flag, flags())));
    }

    static String flags() {
        return Arrays.stream(values()).map(Scenario::flag).collect(Collectors.joining(", "));
    }

    String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String meaning() {
        return meaning;
    }

    /** Where messages are sent. */
    String to() {
        return this == SHARDS ? "pgpubsub:HelloChannel?durable=true" : "pgpubsub:HelloChannel";
    }

    /** Where messages are received. */
    String from() {
        return this == SHARDS ? "pgpubsub:HelloChannel?durable=true&shards=8"
                : "pgpubsub:HelloChannel?singleListener=%s&filtered=%s".formatted(singleListener, filtered);
    }

    /** The SQL that sends a message. */
    String sql() {
        return this == SHARDS
                ? "INSERT INTO pgpubsub.message (channel, key, payload) VALUES ('HelloChannel', 'a', 'hi')"
                : "NOTIFY \"HelloChannel\", 'hi'";
    }

    boolean singleListener() {
        return singleListener;
    }
}
