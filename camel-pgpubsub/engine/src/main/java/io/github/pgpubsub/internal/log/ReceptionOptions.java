package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.kept.Transactions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link Reception}.
 *
 * @param concurrency  number of workers, 1 or more; more than one gives up the order
 * @param drainTimeout how long the end waits for the messages that workers have begun
 * @param transactions null: {@code ackMode} is another one than transaction
 */
public record ReceptionOptions(GroupOptions group, LogQueries queries, int concurrency, Duration drainTimeout,
        @Nullable Transactions transactions) {}
