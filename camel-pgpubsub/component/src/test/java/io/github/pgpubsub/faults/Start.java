package io.github.pgpubsub.faults;

/**
 * An exchange has begun.
 *
 * @param node        the node
 * @param term        how many times the node had become the leader by then
 * @param sender      the message's sender
 * @param number      the sender's number
 * @param micros      time, by the machine's clock
 * @param redelivered whether the message was marked as redelivered
 * @param id          the message's id; "null": none
 */
record Start(String node, int term, String sender, long number, long micros, boolean redelivered, String id) {}
