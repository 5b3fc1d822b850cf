package io.github.pgpubsub.faults;

import java.util.List;
import java.util.Locale;

/** Prints a test's measurements for people. */
public final class Figures {

    private Figures() {}

    public static void print(String format, Object... values) {
        System.out.println("figures: " + String.format(Locale.ROOT, format, values));
    }

    /** Median and maximum of these microseconds, in milliseconds. */
    static String medianAndMax(List<Long> micros) {
        if (micros.isEmpty()) {
            return "none";
        }
        return String.format(Locale.ROOT, "median %.0f ms, max %.0f ms", median(micros) / 1000.0, max(micros) / 1000.0);
    }

    public static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }

    static long max(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
