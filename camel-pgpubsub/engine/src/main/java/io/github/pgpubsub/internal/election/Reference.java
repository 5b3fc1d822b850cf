package io.github.pgpubsub.internal.election;

/**
 * A place in the stream that other members can find: behind a control message, and behind so many data messages after it.
 *
 * @param token the control message
 * @param count data messages after it
 */
record Reference(String token, long count) {}
