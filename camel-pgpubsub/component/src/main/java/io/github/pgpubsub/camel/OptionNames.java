package io.github.pgpubsub.camel;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.camel.util.StringHelper;

/** The names of options: as Camel takes them, and what a misspelt one may have meant. */
final class OptionNames {

    /** Shorter beginnings mean nothing. */
    private static final int BEGINNING = 4;

    private OptionNames() {}

    /**
     * The option's name in the catalogue: Camel takes {@code retry-limit} and {@code RETRYLIMIT} for {@code retryLimit}, too.
     *
     * @return the name as given if there is no such option
     */
    static String proper(String given, Collection<String> options) {
        String name = StringHelper.dashToCamelCase(given);
        return options.contains(name) ? name : options.stream().filter(name::equalsIgnoreCase).findFirst().orElse(given);
    }

    /**
     * Says which options may have been meant, as the end of an error text; empty if none is near.
     *
     * @param unknown names that are no options
     * @param options names of all options
     */
    static String didYouMean(Collection<String> unknown, Collection<String> options) {
        String near = unknown.stream().sorted().map(name -> nearest(name, options)).filter(each -> !each.isEmpty()).distinct()
                .collect(Collectors.joining(", "));
        return near.isEmpty() ? "" : ". Did you mean " + near + "?";
    }

    /**
     * An option of which the name is the beginning, or that is the beginning of the name, as with username and user; else one that differs
     * in at most a third of its letters; empty: there is none.
     */
    private static String nearest(String name, Collection<String> options) {
        String lower = name.toLowerCase(Locale.ROOT);
        Comparator<String> nearer = Comparator.<String>comparingInt(each -> distance(lower, each.toLowerCase(Locale.ROOT)))
                .thenComparing(each -> each);
        return options.stream().filter(each -> isBeginning(lower, each.toLowerCase(Locale.ROOT))).min(nearer)
                .or(() -> options.stream().filter(each -> distance(lower, each.toLowerCase(Locale.ROOT)) * 3 <= each.length())
                        .min(nearer))
                .orElse("");
    }

    private static boolean isBeginning(String name, String option) {
        return Math.min(name.length(), option.length()) >= BEGINNING && (name.startsWith(option) || option.startsWith(name));
    }

    /** Letters to insert, to remove or to replace, and neighbours to swap (optimal string alignment). */
    private static int distance(String from, String to) {
        int[][] distances = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                distances[i][j] = i == 0 ? j : j == 0 ? i : step(distances, from, to, i, j);
            }
        }
        return distances[from.length()][to.length()];
    }

    private static int step(int[][] distances, String from, String to, int i, int j) {
        boolean equal = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(distances[i - 1][j - 1] + (equal ? 0 : 1), Math.min(distances[i - 1][j], distances[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
    }
}
