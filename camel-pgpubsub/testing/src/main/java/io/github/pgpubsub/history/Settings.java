package io.github.pgpubsub.history;

import java.time.Duration;
import java.util.Locale;

/**
 * With which options a run was made, as far as the promises depend on them.
 *
 * @param singleListener      the option
 * @param concurrentConsumers the option
 * @param gapMarker           the option
 * @param gapless             whether no gap may be told at all, whatever happened
 * @param joining             how long a cold member may take until it has seen that there is a leader
 * @param reporting           how long a leader that nothing disturbs may take to report that a message is complete
 */
public record Settings(boolean singleListener, int concurrentConsumers, GapMarker gapMarker, boolean gapless, Duration joining,
        Duration reporting) {

    /** The option of that name. */
    public enum GapMarker { NEVER, RECONNECT, ALWAYS }

    /** Read from an endpoint's options, with their defaults. */
    public static Settings ofOptions(String options) {
        return new Settings(!option(options, "singleListener", "true").equals("false"),
                Integer.parseInt(option(options, "concurrentConsumers", "1")),
                GapMarker.valueOf(option(options, "gapMarker", "never").toUpperCase(Locale.ROOT)), false,
                Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    /** No gap may be told. */
    public Settings withoutGaps() {
        return new Settings(singleListener, concurrentConsumers, gapMarker, true, joining, reporting);
    }

    private static String option(String options, String name, String byDefault) {
        for (String option : options.split("[&?]")) {
            if (option.startsWith(name + "=")) {
                return option.substring(name.length() + 1);
            }
        }
        return byDefault;
    }

    /** Whether this gap says that messages may have been missed, and not that a member begins. */
    boolean tellsOfLosses(Event.Gap gap) {
        return gap.millis() > 0 || gapMarker == GapMarker.RECONNECT;
    }
}
