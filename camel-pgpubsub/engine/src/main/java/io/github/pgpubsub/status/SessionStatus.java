package io.github.pgpubsub.status;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a session, for operators.
 *
 * @param connected  whether it has a connection
 * @param backend    process id of its backend; 0: not connected
 * @param since      how long it has been connected, or not
 * @param silence    time since the server's last sign of life
 * @param reconnects number of connections after the first
 * @param queueUsage used share of the server's notification queue, 0 to 1, at the last check
 * @param waitsFor   the subscriber whose full queue keeps the session from reading; null: the session reads
 */
public record SessionStatus(
        boolean connected, int backend, Duration since, Duration silence, long reconnects, double queueUsage,
        @Nullable String waitsFor) {}
