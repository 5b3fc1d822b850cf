package io.github.pgpubsub.camel;

import java.io.Serial;
import java.util.LinkedHashMap;

/**
 * A JSON object: a map whose entries keep the payload's order.
 *
 * @param <K> String
 * @param <V> a JSON value
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
