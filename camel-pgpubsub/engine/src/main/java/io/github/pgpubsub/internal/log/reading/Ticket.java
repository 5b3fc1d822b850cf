package io.github.pgpubsub.internal.log.reading;

/**
 * Names a request, and its answer says which request it answers. An answer to a request that nobody waits for any more is
 * ignored.
 */
public record Ticket(long number) {}
