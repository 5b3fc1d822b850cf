/**
 * Kept messages in the database: the log's schema, who makes it, and the statements that read it.
 *
 * <p>The schema is one SQL file a version (resources, {@code io/github/pgpubsub/log/pgpubsub-<version>.sql}), which people may run
 * themselves. {@link io.github.pgpubsub.internal.log.schema.LogSchema} runs it where the log is absent and the role may, and otherwise says
 * what is missing. {@link io.github.pgpubsub.internal.log.schema.LogQueries} has the statements of a reader, and the argument why they
 * lose nothing.
 *
 * <p>Both write the schema's name into SQL. {@link io.github.pgpubsub.internal.log.schema.SchemaName} does that, for any name.
 */
@NullMarked
package io.github.pgpubsub.internal.log.schema;

import org.jspecify.annotations.NullMarked;
