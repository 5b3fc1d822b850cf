package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * How a session stands, for operators.
 *
 * @param connected  whether it has a connection
 * @param backend    process id of its backend, 0: not connected
 * @param since      how long it has been so
 * @param silence    how long ago the server last said anything
 * @param reconnects how many connections followed the first one
 * @param queueUsage share of the server's notification queue that is in use, 0 to 1, as it was last asked
 * @param waitsFor   the subscriber for whose full queue it reads nothing now; null: it reads
 */
public record SessionStatus(
        boolean connected, int backend, Duration since, Duration silence, long reconnects, double queueUsage, String waitsFor) {}
