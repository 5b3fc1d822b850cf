package io.github.pgpubsub.camel;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.postgresql.util.PGInterval;

/** Writes an interval in PostgreSQL's default style ({@code 1 day 02:00:00}), which differs from the driver's. */
final class IntervalText {

    private static final int MICRO_DIGITS = 6;

    private final StringBuilder text = new StringBuilder();
    private boolean afterNegative;

    private IntervalText() {}

    /** Follows EncodeInterval (PostgreSQL source, datetime.c) with intervalstyle=postgres. */
    static String of(PGInterval interval) {
        IntervalText text = new IntervalText();
        text.add(interval.getYears(), "year");
        text.add(interval.getMonths(), "mon");
        text.add(interval.getDays(), "day");
        text.addTime(interval.getHours(), interval.getMinutes(), BigDecimal.valueOf(interval.getWholeSeconds())
                .add(new BigDecimal(BigInteger.valueOf(interval.getMicroSeconds()), MICRO_DIGITS)));
        return text.text.toString();
    }

    private void add(int count, String unit) {
        if (count != 0) {
            text.append(text.isEmpty() ? "" : " ").append(afterNegative && count > 0 ? "+" : "").append(count)
                    .append(' ').append(unit).append(count == 1 ? "" : "s");
            afterNegative = count < 0;
        }
    }

    private void addTime(int hours, int minutes, BigDecimal seconds) {
        if (hours == 0 && minutes == 0 && seconds.signum() == 0 && !text.isEmpty()) {
            return;
        }
        boolean negative = hours < 0 || minutes < 0 || seconds.signum() < 0;
        BigDecimal left = seconds.abs();
        BigDecimal fraction = left.remainder(BigDecimal.ONE).stripTrailingZeros();
        text.append(text.isEmpty() ? "" : " ").append(negative ? "-" : afterNegative ? "+" : "")
                .append("%02d:%02d:%02d".formatted(Math.abs(hours), Math.abs(minutes), left.intValue()))
                .append(fraction.signum() == 0 ? "" : fraction.toPlainString().substring(1));
    }
}
