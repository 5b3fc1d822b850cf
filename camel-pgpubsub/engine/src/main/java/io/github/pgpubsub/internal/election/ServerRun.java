package io.github.pgpubsub.internal.election;

/**
 * One run of a server, from its start to its end. Backend ids mean nothing beyond it, and no session outlives it.
 *
 * @param start       names the start: equal for two connections if, and only if, the server was not restarted between them
 * @param uptimeNanos how long the server had been up when the connection was opened
 */
public record ServerRun(String start, long uptimeNanos) {}
