package io.github.pgpubsub.camel;

import java.io.File;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.UUID;
import javax.xml.transform.Source;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.TypeConversionException;
import org.apache.camel.TypeConverter;
import org.apache.camel.WrappedFile;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Converts bodies to text with Camel's converters. Bytes are decoded in the charset of the exchange, or refused. */
final class BodyText {

    private static final char REPLACEMENT = '\uFFFD';

    private BodyText() {}

    /** Whether the body is content, such as a stream or a file, which is sent unchanged in either format. */
    static boolean isContent(@Nullable Object body) {
        return !isXml(body) && (body instanceof byte[] || body instanceof ByteBuffer || body instanceof InputStream
                || body instanceof Reader || body instanceof StreamCache || body instanceof File || body instanceof Path
                || body instanceof WrappedFile);
    }

    static boolean isXml(@Nullable Object body) {
        return body instanceof Node || body instanceof NodeList || body instanceof Source;
    }

    /** Whether the body is a single value that Camel converts to text. */
    static boolean isValue(Object body) {
        return body instanceof CharSequence || body instanceof Number || body instanceof Boolean || body instanceof Enum
                || body instanceof UUID || body instanceof Character || body instanceof TemporalAccessor
                || body instanceof TemporalAmount || isXml(body);
    }

    /** The converter, Camel's or the application's, from exactly this body type to String; null if there is none. */
    static @Nullable TypeConverter converter(Exchange exchange, Object body) {
        return exchange.getContext().getTypeConverterRegistry().lookup(String.class, body.getClass());
    }

    /**
     * @throws CamelExchangeException   when the body can't be read; the message does not quote the body
     * @throws IllegalArgumentException when a file or stream has more bytes than any text within the limit
     */
    static String of(Exchange exchange, Object body, Json.Limit limit) throws CamelExchangeException {
        if (body instanceof CharSequence || body instanceof TemporalAccessor || body instanceof TemporalAmount) {
            return body.toString();
        }
        try {
            return read(exchange, body, limit);
        } catch (CamelExchangeException | BodyBytes.TooLargeException e) {
            throw e;
        } catch (TypeConversionException e) {
            // The message quotes the body, so only the cause is kept.
            throw unreadable(exchange, body, e.getCause());
        } catch (Exception e) {
            throw unreadable(exchange, body, e);
        }
    }

    private static CamelExchangeException unreadable(Exchange exchange, Object body, @Nullable Throwable cause) {
        return new CamelExchangeException("A body of " + body.getClass().getName() + " can't be read as text", exchange, cause);
    }

    private static String read(Exchange exchange, Object body, Json.Limit limit) throws Exception {
        if (body instanceof byte[] bytes) {
            return decode(exchange, body, ByteBuffer.wrap(bytes));
        } else if (body instanceof ByteBuffer buffer) {
            return decode(exchange, body, buffer.duplicate());
        } else if (body instanceof WrappedFile<?> wrapped) {
            return fileText(exchange, wrapped, limit);
        } else if (isContent(body) && !(body instanceof Reader)) {
            return decode(exchange, body, ByteBuffer.wrap(BodyBytes.of(exchange, body, limit.inBytes())));
        }
        return exchange.getContext().getTypeConverter().mandatoryConvertTo(String.class, exchange, body);
    }

    /**
     * Camel reads the file, by the file endpoint's options. If it fails, or may have replaced bytes, the bytes are checked
     * here.
     */
    private static String fileText(Exchange exchange, WrappedFile<?> wrapped, Json.Limit limit) throws Exception {
        TypeConverter converter = exchange.getContext().getTypeConverter();
        if (!(wrapped.getFile() instanceof File file)) {
            return decode(exchange, wrapped, ByteBuffer.wrap(converter.mandatoryConvertTo(byte[].class, exchange, wrapped)));
        }
        BodyBytes.check(file, limit.inBytes());
        String text = converter.tryConvertTo(String.class, exchange, wrapped);
        if (text == null || text.indexOf(REPLACEMENT) >= 0) {
            decode(exchange, wrapped, ByteBuffer.wrap(Files.readAllBytes(file.toPath())));
        }
        return text != null ? text : converter.mandatoryConvertTo(String.class, exchange, wrapped);
    }

    private static String decode(Exchange exchange, Object body, ByteBuffer bytes) throws CamelExchangeException {
        Charset charset = ExchangeHelper.getCharset(exchange);
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        int begin = bytes.position();
        CharBuffer text = CharBuffer.allocate((int) Math.ceil(bytes.remaining() * (double) decoder.maxCharsPerByte()) + 1);
        CoderResult result = decoder.decode(bytes, text, true);
        if (!result.isError()) {
            result = decoder.flush(text);
        }
        if (result.isError()) {
            throw new CamelExchangeException("A body of " + body.getClass().getTypeName() + " is not valid text in " + charset
                    + ": the byte at index " + (bytes.position() - begin) + " is invalid. Name its charset in the exchange"
                    + " property " + Exchange.CHARSET_NAME + ", or send binary data as text, for example in base64", exchange);
        }
        return text.flip().toString();
    }
}
