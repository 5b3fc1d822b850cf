package io.github.pgpubsub.internal.log.schema;

import org.jspecify.annotations.Nullable;

/**
 * The log can't be used as it is. The message says what is missing and the statement, or the file, that helps. As an
 * {@link IllegalArgumentException} it ends a start, as settings do that can't work.
 */
public final class LogSchemaException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    LogSchemaException(String message) {
        this(message, null);
    }

    LogSchemaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
