package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * Reads numbers as they are written. A fraction is a Double where that writes it with the same digits, otherwise a BigDecimal.
 * What a float or double would take for infinite is refused where one is wanted.
 */
final class ExactNumbers extends JsonParserDelegate {

    ExactNumbers(JsonParser parser) {
        super(parser);
    }

    /** A number that the wanted type can't hold. */
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

    /** What copies tokens asks for this one. */
    @Override
    public Object getNumberValueDeferred() throws IOException {
        return isFraction() ? getNumberValue() : super.getNumberValueDeferred();
    }

    @Override
    public BigDecimal getDecimalValue() throws IOException {
        try {
            return super.getDecimalValue();
        } catch (NumberFormatException e) {
            // Its exponent is larger than an int.
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

    /** 2.5 is; 2.50 is not, because of its last digit. */
    private boolean isDouble() throws IOException {
        // In this order, or the parser would make the double of the decimal, which has no -0.0.
        double nearest = super.getDoubleValue();
        BigDecimal exact = getDecimalValue();
        if (Double.isInfinite(nearest)) {
            return false;
        }
        BigDecimal written = BigDecimal.valueOf(nearest);
        return written.compareTo(exact) == 0 && exact.scale() <= written.scale();
    }
}
