package io.github.pgpubsub.camel;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.support.component.PropertyConfigurerSupport;
import org.jspecify.annotations.Nullable;

/**
 * Checks the values of options as they are written, before Camel converts them. Camel takes a text that is no number, and one that is no
 * duration, for 0, which often means never or none, and drops digits that are too many.
 */
final class OptionValues {

    /** Numbers with units; the largest unit comes first. */
    private static final Pattern DURATION = Pattern
            .compile("(?=\\d)(\\d{1,6}d)?(\\d{1,8}h)?(\\d{1,9}m(?!s))?(\\d{1,12}s)?(\\d{1,15}ms)?");

    /** The one long option that is no duration. */
    private static final String BYTES = "maxBufferedBytes";

    private OptionValues() {}

    /**
     * @param type  the option's type; null: unknown
     * @param value as the user has written it
     * @throws IllegalArgumentException when the option can't have this value; names the option, the value and what would do
     */
    static void check(CamelContext context, String option, @Nullable Class<?> type, @Nullable Object value) {
        if (type == null || !(value instanceof String text) || text.startsWith("#")
                || text.equals(PropertyConfigurerSupport.MAGIC_VALUE)) {
            return;
        }
        String wanted = wanted(context, option, type, text);
        if (wanted != null) {
            throw new IllegalArgumentException("The option " + option + " is " + text + "; it must be " + wanted);
        }
    }

    /** What the text should be; null: it is. */
    private static @Nullable String wanted(CamelContext context, String option, Class<?> type, String text) {
        if (type.isEnum()) {
            // Camel's own message would not list them.
            return context.getTypeConverter().tryConvertTo(type, text) != null ? null
                    : "one of " + Arrays.stream(type.getEnumConstants()).map(each -> ((Enum<?>) each).name())
                            .collect(Collectors.joining(", "));
        } else if (type == int.class) {
            return isWithin(text, Integer.MIN_VALUE, Integer.MAX_VALUE) ? null
                    : "a whole number, at most " + Integer.MAX_VALUE;
        } else if (type == long.class && option.equalsIgnoreCase(BYTES)) {
            return isWithin(text, Long.MIN_VALUE, Long.MAX_VALUE) ? null : "a whole number, at most " + Long.MAX_VALUE;
        } else if (type == long.class) {
            return isDuration(text) ? null : "a duration: milliseconds, or a text such as 5s or 1m30s";
        }
        return null;
    }

    private static boolean isWithin(String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            return least <= number && number <= most;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean isDuration(String text) {
        if (!text.regionMatches(true, 0, "P", 0, 1)) {
            return isWithin(text, Long.MIN_VALUE, Long.MAX_VALUE) || DURATION.matcher(text).matches();
        }
        try {
            return !Duration.parse(text).isNegative();
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
