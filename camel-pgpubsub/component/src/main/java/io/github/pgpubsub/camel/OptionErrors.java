package io.github.pgpubsub.camel;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Clear errors for options with misspelt names or values. */
final class OptionErrors {

    private OptionErrors() {}

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

    /** An option that differs in at most a third of its letters; empty: there is none. */
    private static String nearest(String name, Collection<String> options) {
        String lower = name.toLowerCase(Locale.ROOT);
        return options.stream().filter(each -> distance(lower, each.toLowerCase(Locale.ROOT)) * 3 <= each.length())
                .min(Comparator.<String>comparingInt(each -> distance(lower, each.toLowerCase(Locale.ROOT)))
                        .thenComparing(each -> each))
                .orElse("");
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

    /**
     * Checks an option with a fixed set of values. Camel's own message would not list them.
     *
     * @param type  the option's type; null: unknown
     * @param value as the user has written it
     * @throws IllegalArgumentException when the option has no such value
     */
    static void checkEnum(CamelContext context, String option, @Nullable Class<?> type, @Nullable Object value) {
        if (type != null && type.isEnum() && value instanceof String text && !text.startsWith("#")
                && context.getTypeConverter().tryConvertTo(type, text) == null) {
            throw new IllegalArgumentException("The option " + option + " is " + text + "; it must be one of "
                    + Arrays.stream(type.getEnumConstants()).map(each -> ((Enum<?>) each).name())
                            .collect(Collectors.joining(", ")));
        }
    }
}
