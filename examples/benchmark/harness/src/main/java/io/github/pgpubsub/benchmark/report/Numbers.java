package io.github.pgpubsub.benchmark.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats numbers for people, with three significant digits. */
final class Numbers {

    private static final MathContext DIGITS = new MathContext(3);

    private Numbers() {}

    static String of(double number) {
        BigDecimal rounded = new BigDecimal(number).round(DIGITS);
        if (rounded.abs().compareTo(BigDecimal.valueOf(100)) >= 0) {
            return String.format(Locale.ROOT, "%,d", rounded.toBigInteger());
        }
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
