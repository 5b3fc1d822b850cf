package io.github.pgpubsub.examples.hello;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The receiving processes, as values of the component's options {@code singleListener} and {@code filtered}. */
enum Scenario {

    ALL(false, false, "every process receives everything"), ALL_FILTERED(false, true,
            "every process receives what the others send"), ONE(true, false,
                    "one process receives everything, the others stand by"), ONE_FILTERED(true, true,
                            "one process receives what the others send, the others stand by");

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

    boolean singleListener() {
        return singleListener;
    }

    boolean filtered() {
        return filtered;
    }
}
