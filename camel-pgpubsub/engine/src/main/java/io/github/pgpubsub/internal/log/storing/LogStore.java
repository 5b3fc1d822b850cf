package io.github.pgpubsub.internal.log.storing;

import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.schema.LogSchemaException;
import io.github.pgpubsub.internal.publish.PayloadStore;
import java.sql.Connection;
import java.sql.SQLException;

/** Keeps payloads as rows of the log. */
final class LogStore implements PayloadStore {

    /** object_not_in_prerequisite_state: no fault of the connection. */
    private static final String NOT_READY = "55000";

    private final LogSchema schema;
    private final boolean create;
    private final String function;

    LogStore(LogSchema schema, boolean create, LogQueries queries) {
        this.schema = schema;
        this.create = create;
        this.function = queries.storeFunction();
    }

    @Override
    public String function() {
        return function;
    }

    @Override
    public void prepare(Connection connection) throws SQLException {
        try {
            schema.prepare(connection, create, LogSchema.Use.STORE);
        } catch (LogSchemaException e) {
            throw new SQLException(e.getMessage(), NOT_READY, e);
        }
    }
}
