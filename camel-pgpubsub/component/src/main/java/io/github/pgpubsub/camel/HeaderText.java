package io.github.pgpubsub.camel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Reads a header that must be a text. Values that are none are refused: as text they would name something that nobody meant. */
final class HeaderText {

    private HeaderText() {}

    /** Byte arrays are accepted because other components turn header texts into bytes. */
    static String of(String header, Object value) {
        if (value instanceof byte[] bytes) {
            return text(header, bytes);
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof Number || value instanceof Enum
                || value instanceof UUID) {
            return value.toString();
        }
        throw new IllegalArgumentException("The header " + header + " is a " + value.getClass().getTypeName()
                + "; it must be a String");
    }

    private static String text(String header, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("The header " + header + " has bytes that are not UTF-8; it must be a String", e);
        }
    }
}
