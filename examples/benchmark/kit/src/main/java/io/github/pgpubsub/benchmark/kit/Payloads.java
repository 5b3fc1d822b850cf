package io.github.pgpubsub.benchmark.kit;

/**
 * Payloads of a given size. Each is unique, because the server merges equal payloads of a transaction. Each is a JSON string,
 * because some peers accept nothing else: a quote, two numbers of sixteen hex digits, x up to the size, a quote.
 */
public final class Payloads {

    private static final int DIGITS = 16;

    private final String filling;

    public Payloads(int size) {
        int rest = size - 2 - 2 * DIGITS;
        if (rest < 0) {
            throw new IllegalArgumentException("a payload must have at least %d bytes".formatted(2 + 2 * DIGITS));
        }
        filling = "x".repeat(rest) + '"';
    }

    /** @param stamp number that {@link #stamp} returns for this payload */
    public String payload(long stamp, long number) {
        return new StringBuilder(1 + 2 * DIGITS + filling.length())
                .append('"').append(hex(stamp)).append(hex(number)).append(filling).toString();
    }

    public static long stamp(String payload) {
        return Long.parseUnsignedLong(payload, 1, 1 + DIGITS, 16);
    }

    /** An SQL expression for such a payload, with the number {@code i} and the size as its only parameter. */
    public static String sql() {
        return "rpad('\"' || lpad(to_hex(i), 32, '0'), ?::int - 1, 'x') || '\"'";
    }

    private static String hex(long number) {
        String digits = Long.toHexString(number);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }
}
