package io.github.pgpubsub.camel;

import java.io.Serial;
import java.util.LinkedHashMap;

/**
 * A JSON object: a map in the order of the payload.
 *
 * @param <K> String
 * @param <V> what JSON has
 */
public final class JsonObjectBody<K, V> extends LinkedHashMap<K, V> implements JsonBody {

    @Serial
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
        return Json.text(this, super::toString);
    }

    @Serial
    private Object writeReplace() {
        return new LinkedHashMap<>(this);
    }
}
