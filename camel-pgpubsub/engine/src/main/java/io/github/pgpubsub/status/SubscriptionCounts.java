package io.github.pgpubsub.status;

/**
 * Counts of a subscription since its start.
 *
 * @param received    messages passed to the handler
 * @param filtered    own messages left out
 * @param dropped     messages left out because the queue was full
 * @param redelivered received messages that an earlier listener may have processed
 * @param gaps        periods in which messages may have been missed, not counting the first start
 * @param gapMillis   total length of these periods in milliseconds, as far as known
 */
public record SubscriptionCounts(long received, long filtered, long dropped, long redelivered, long gaps, long gapMillis) {}
