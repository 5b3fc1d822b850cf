package io.github.pgpubsub.camel;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;

/** Reads the bytes of a binary body, and never more than are allowed. */
final class BodyBytes {

    private BodyBytes() {}

    /**
     * @param body    as {@link BodyText#isContent} accepts, but not a Reader
     * @param longest most bytes
     * @throws CamelExchangeException   when the body can't be read; the text does not quote the body
     * @throws IllegalArgumentException when the body has more bytes
     */
    static byte[] of(Exchange exchange, Object body, int longest) throws CamelExchangeException {
        return of(exchange, body, longest, "the option maxPayload allows " + longest, "the option maxPayload allows no more");
    }

    /** As {@link #of(Exchange, Object, int)}. */
    static byte[] of(Exchange exchange, Object body, Json.Limit limit) throws CamelExchangeException {
        return of(exchange, body, limit.characters(), limit.advice(), limit.advice());
    }

    /**
     * @param known   the end of the error text if the size is known
     * @param unknown the end of the error text if reading stopped at the limit
     */
    private static byte[] of(Exchange exchange, Object body, int longest, String known, String unknown)
            throws CamelExchangeException {
        try {
            byte[] bytes = read(exchange, body, longest);
            if (bytes.length > longest) {
                throw tooLarge(bytes.length, known);
            }
            return bytes;
        } catch (TooLongException e) {
            throw new TooLargeException("The payload has more than " + longest + " bytes; " + unknown);
        } catch (IOException e) {
            throw new CamelExchangeException("A body of " + body.getClass().getName() + " can't be read", exchange, e);
        }
    }

    /** Refuses a file before it is read. */
    static void check(File file, Json.Limit limit) {
        if (file.length() > limit.characters()) {
            throw tooLarge(file.length(), limit.advice());
        }
    }

    static IllegalArgumentException tooLarge(long bytes, int longest) {
        return new TooLargeException("The payload has " + bytes + " bytes; the option maxPayload allows " + longest);
    }

    private static TooLargeException tooLarge(long bytes, String advice) {
        return new TooLargeException("The payload has " + bytes + " bytes; " + advice);
    }

    private static byte[] read(Exchange exchange, Object body, int longest) throws IOException {
        if (body instanceof byte[] bytes) {
            return bytes;
        } else if (body instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        } else if (body instanceof StreamCache cache) {
            Bounded bytes = new Bounded(longest);
            cache.writeTo(bytes);
            return bytes.toByteArray();
        } else if (body instanceof InputStream stream) {
            return bytes(stream, longest);
        } else if (body instanceof Path path) {
            return file(path, longest);
        } else if (body instanceof File file) {
            return file(file.toPath(), longest);
        } else if (body instanceof WrappedFile<?> wrapped && wrapped.getFile() instanceof File file) {
            return file(file.toPath(), longest);
        }
        byte[] bytes = exchange.getContext().getTypeConverter().tryConvertTo(byte[].class, exchange, body);
        if (bytes == null) {
            throw new IOException("No converter to bytes");
        }
        return bytes;
    }

    private static byte[] file(Path path, int longest) throws IOException {
        return bytes(Files.newInputStream(path), longest);
    }

    /** Closes the stream, as Camel's converters do. */
    private static byte[] bytes(InputStream stream, int longest) throws IOException {
        try (stream) {
            Bounded bytes = new Bounded(longest);
            stream.transferTo(bytes);
            return bytes.toByteArray();
        }
    }

    /** The body has more bytes than are allowed. */
    static final class TooLargeException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        private TooLargeException(String message) {
            super(message);
        }
    }

    private static final class TooLongException extends IOException {

        private static final long serialVersionUID = 1L;
    }

    /** A stream may be endless. */
    private static final class Bounded extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int longest;

        Bounded(int longest) {
            this.longest = longest;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            if ((long) bytes.size() + length > longest) {
                throw new TooLongException();
            }
            bytes.write(buffer, offset, length);
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
