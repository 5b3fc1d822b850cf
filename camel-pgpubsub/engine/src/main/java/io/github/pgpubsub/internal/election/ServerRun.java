package io.github.pgpubsub.internal.election;

/**
 * One run of a server, from its start to its stop. Backend ids are meaningless in any other run, and no session outlives its run.
 *
 * @param start       identifies the run: equal for two connections if, and only if, the server was not restarted between them
 * @param uptimeNanos the server's uptime when the connection was opened
 */
public record ServerRun(String start, long uptimeNanos) {}
