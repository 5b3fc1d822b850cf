package io.github.pgpubsub.history;

import java.time.Duration;
import java.util.Locale;

/**
 * The options of a run on which the promises depend.
 *
 * @param singleListener      the option
 * @param concurrentConsumers the option
 * @param gapMarker           the option
 * @param gapless             whether no gap at all may be reported, whatever happened
 * @param joining             how long a cold member may take to see that there is a leader
 * @param reporting           how long an undisturbed leader may take to report that a message is complete
 */
public record Settings(boolean singleListener, int concurrentConsumers, GapMarker gapMarker, boolean gapless, Duration joining,
        Duration reporting) {

    /** The option of that name. */
    public enum GapMarker { NEVER, RECONNECT, ALWAYS }

    /** Reads an endpoint's options, with their defaults. */
    public static Settings ofOptions(String options) {
        return new Settings(!option(options, "singleListener", "true").equals("false"),
                Integer.parseInt(option(options, "concurrentConsumers", "1")),
                GapMarker.valueOf(option(options, "gapMarker", "never").toUpperCase(Locale.ROOT)), false,
                Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    /** The same settings, but no gap may be reported. */
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

    /** Whether this gap reports a possible loss, and not only the first start. */
    boolean tellsOfLosses(Event.Gap gap) {
        return gap.millis() > 0 || gapMarker == GapMarker.RECONNECT;
    }
}
