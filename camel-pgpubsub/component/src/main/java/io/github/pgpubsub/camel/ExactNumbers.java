package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * Reads numbers without losing digits. A fraction becomes a Double if the Double has the same digits, otherwise a BigDecimal. A
 * number that would become an infinite float or double is refused.
 */
final class ExactNumbers extends JsonParserDelegate {

    ExactNumbers(JsonParser parser) {
        super(parser);
    }

    /** A number is out of the requested type's range. */
    static final class OutOfRange extends JsonParseException {

        private static final long serialVersionUID = 1L;

        OutOfRange(JsonParser parser, String type) {
            super(parser, "A number is too large for a " + type);
        }
    }

    @Override
    public NumberTypeFP getNumberTypeFP() throws IOException {
        if (!isFraction()) {
            return super.getNumberTypeFP();
        }
        return isDouble() ? NumberTypeFP.DOUBLE64 : NumberTypeFP.BIG_DECIMAL;
    }

    @Override
    public NumberType getNumberType() throws IOException {
        if (!isFraction()) {
            return super.getNumberType();
        }
        return isDouble() ? NumberType.DOUBLE : NumberType.BIG_DECIMAL;
    }

    @Override
    public Number getNumberValue() throws IOException {
        if (!isFraction()) {
            return super.getNumberValue();
        }
        return isDouble() ? (Number) super.getDoubleValue() : getDecimalValue();
    }

    /** Used when tokens are copied. */
    @Override
    public Object getNumberValueDeferred() throws IOException {
        return isFraction() ? getNumberValue() : super.getNumberValueDeferred();
    }

    @Override
    public BigDecimal getDecimalValue() throws IOException {
        try {
            return super.getDecimalValue();
        } catch (NumberFormatException e) {
            // The exponent does not fit into an int.
            throw new OutOfRange(delegate, "BigDecimal");
        }
    }

    @Override
    public double getDoubleValue() throws IOException {
        double value = super.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw new OutOfRange(delegate, "double");
        }
        return value;
    }

    @Override
    public float getFloatValue() throws IOException {
        float value = super.getFloatValue();
        if (Float.isInfinite(value)) {
            throw new OutOfRange(delegate, "float");
        }
        return value;
    }

    private boolean isFraction() {
        return currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
    }

    /** Whether a Double has the same digits: true for 2.5, false for 2.50. */
    private boolean isDouble() throws IOException {
        // First the double: once the parser has a decimal, it derives the double from that, and a decimal has no -0.0.
        double nearest = super.getDoubleValue();
        BigDecimal exact = getDecimalValue();
        if (Double.isInfinite(nearest)) {
            return false;
        }
        BigDecimal written = BigDecimal.valueOf(nearest);
        return written.compareTo(exact) == 0 && exact.scale() <= written.scale();
    }
}
