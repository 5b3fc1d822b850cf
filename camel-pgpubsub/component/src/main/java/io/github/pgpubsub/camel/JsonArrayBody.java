package io.github.pgpubsub.camel;

import java.io.Serial;
import java.util.ArrayList;

/**
 * A JSON array.
 *
 * @param <E> a JSON value
 */
public final class JsonArrayBody<E> extends ArrayList<E> implements JsonBody {

    @Serial
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
        return Json.text(this, super::toString);
    }

    @Serial
    private Object writeReplace() {
        return new ArrayList<>(this);
    }
}
