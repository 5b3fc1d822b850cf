package io.github.pgpubsub.status;

/**
 * What has happened to a subscription since it began.
 *
 * @param received    messages handed to the handler
 * @param filtered    own messages left out
 * @param dropped     messages left out because the queue was full
 * @param redelivered of the received ones, those that an earlier listener may have processed
 * @param gaps        times in which messages may have been missed; the first start counts as none
 * @param gapMillis   how long these times were together, as far as it is known
 */
public record SubscriptionCounts(long received, long filtered, long dropped, long redelivered, long gaps, long gapMillis) {}
