package io.github.pgpubsub.internal.election;

/**
 * A position in the stream that other members can find: a control message and the number of data messages after it.
 *
 * @param token token of the control message
 * @param count data messages after it
 */
record Reference(String token, long count) {}
