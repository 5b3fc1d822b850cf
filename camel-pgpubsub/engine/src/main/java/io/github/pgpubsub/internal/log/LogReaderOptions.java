package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link LogReader}.
 *
 * @param name              thread and application name, and what operators see as a group's leader
 * @param schema            the log's schema
 * @param create            whether to make the log where it is absent
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param customizer        null: none
 * @param retention         what this process has the log forgotten
 */
public record LogReaderOptions(String name, String schema, boolean create, Duration reconnectDelay, Duration reconnectMaxDelay,
        @Nullable ConnectionCustomizer customizer, Retention retention) {

    /** With the default retention. */
    public LogReaderOptions(String name, String schema, boolean create, Duration reconnectDelay, Duration reconnectMaxDelay,
            @Nullable ConnectionCustomizer customizer) {
        this(name, schema, create, reconnectDelay, reconnectMaxDelay, customizer, Retention.DEFAULT);
    }
}
