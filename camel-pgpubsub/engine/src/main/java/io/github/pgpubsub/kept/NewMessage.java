package io.github.pgpubsub.kept;

import io.github.pgpubsub.ChannelName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A message to be kept. Immutable, but for the bytes, which must not change before it is sent. */
public final class NewMessage {

    /** Largest payload, bytes: what the benchmark and the tests send. The server itself takes up to 1 GiB. */
    public static final int MAX_PAYLOAD = 16 << 20;

    /** Largest key, and largest headers as a JSON object, bytes each. */
    public static final int MAX_HEADERS = 1 << 20;

    private final Builder values;

    private NewMessage(Builder values) {
        this.values = values;
    }

    /**
     * Starts a message.
     *
     * @param channel name of 1 to 63 bytes of UTF-8
     */
    public static Builder to(String channel) {
        return new Builder(ChannelName.check(channel));
    }

    public String channel() {
        return values.channel;
    }

    public @Nullable String key() {
        return values.key;
    }

    public @Nullable String payload() {
        return values.payload;
    }

    public byte @Nullable [] bytes() {
        return values.bytes;
    }

    /** Immutable. */
    public Map<String, Object> headers() {
        return Map.copyOf(values.headers);
    }

    /** Collects values; each has a default. */
    public static final class Builder {

        private final String channel;
        private @Nullable String key;
        private @Nullable String payload;
        private byte @Nullable [] bytes;
        private Map<String, Object> headers = new LinkedHashMap<>();

        private Builder(String channel) {
            this.channel = channel;
        }

        /** Messages with the same key are delivered in order. Default: none. */
        public Builder key(@Nullable String value) {
            key = value;
            return this;
        }

        /** Text; replaces bytes. Default: an empty message. */
        public Builder payload(@Nullable String value) {
            payload = value;
            bytes = null;
            return this;
        }

        /** Bytes; replaces text. */
        public Builder bytes(byte @Nullable [] value) {
            bytes = value;
            payload = null;
            return this;
        }

        /** Adds a header: a String, Boolean, number, or a Map or List of such values. */
        public Builder header(String name, Object value) {
            headers.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
            return this;
        }

        public NewMessage build() {
            Builder copy = new Builder(channel);
            copy.key = key;
            copy.payload = payload;
            copy.bytes = bytes;
            copy.headers = new LinkedHashMap<>(headers);
            return new NewMessage(copy);
        }
    }
}
