package io.github.pgpubsub.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** What a test measured, for the reader. */
public final class Figures {

    private Figures() {}

    public static void print(String format, Object... values) {
        System.out.println("figures: " + String.format(Locale.ROOT, format, values));
    }

    /** Median and maximum of microseconds, in milliseconds. */
    static String medianAndMax(List<Long> micros) {
        if (micros.isEmpty()) {
            return "none";
        }
        return String.format(Locale.ROOT, "median %.0f ms, max %.0f ms", median(micros) / 1000.0, max(micros) / 1000.0);
    }

    /** Numbers as ranges: {@code [3..7, 12..12]}. */
    static String ranges(List<Long> numbers) {
        List<String> ranges = new ArrayList<>();
        long first = 0;
        long last = 0;
        for (long number : new TreeSet<>(numbers)) {
            if (ranges.isEmpty() || number != last + 1) {
                first = number;
                ranges.add("");
            }
            last = number;
            ranges.set(ranges.size() - 1, first + ".." + last);
        }
        return ranges.toString();
    }

    public static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }

    static long max(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
