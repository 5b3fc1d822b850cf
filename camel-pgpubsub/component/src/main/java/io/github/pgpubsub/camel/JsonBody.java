package io.github.pgpubsub.camel;

/**
 * A payload that was read as JSON, or a part of one: a {@link java.util.Map} or a {@link java.util.List} whose text is JSON.
 * So an endpoint that takes texts, bytes or streams sends on what came in, not Java's {@code {id=1}}. Java's serialization
 * writes a plain map or list, which other processes can read without this class.
 */
public sealed interface JsonBody permits JsonObjectBody, JsonArrayBody {

    /** As JSON, whatever it holds by now; not thread-safe, as the map or list itself. */
    @Override
    String toString();
}
