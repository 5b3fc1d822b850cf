package io.github.pgpubsub.camel;

/**
 * A parsed JSON payload, or a part of it: a {@link java.util.Map} or a {@link java.util.List} whose {@code toString} is JSON.
 * So an endpoint that takes text, bytes or a stream forwards the JSON and not Java's {@code {id=1}}. Java serialization
 * writes a plain map or list, which other processes can read without this class.
 */
public sealed interface JsonBody permits JsonObjectBody, JsonArrayBody {

    /** Writes the current content as JSON. Like the map or list itself, not thread-safe. */
    @Override
    String toString();
}
