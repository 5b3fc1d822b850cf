package io.github.pgpubsub.camel;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Converter;

/** Converts a parsed payload to JSON in UTF-8 (RFC 8259, section 8.1). Camel itself converts to String, by {@code toString}. */
@Converter(generateLoader = true)
public final class JsonBodyConverter {

    private JsonBodyConverter() {}

    @Converter
    public static byte[] toBytes(JsonBody body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Converter
    public static InputStream toInputStream(JsonBody body) {
        return new ByteArrayInputStream(toBytes(body));
    }

    @Converter
    public static Reader toReader(JsonBody body) {
        return new StringReader(body.toString());
    }

    @Converter
    public static ByteBuffer toByteBuffer(JsonBody body) {
        return ByteBuffer.wrap(toBytes(body));
    }
}
