package io.github.pgpubsub.faults;

/**
 * An exchange has begun.
 *
 * @param node        whose
 * @param term        how many times that node had begun to lead by then
 * @param sender      who sent the message
 * @param number      the sender's number of it
 * @param micros      when, by the machine's clock
 * @param redelivered whether it was marked so
 * @param id          the message's id; "null": it had none
 */
record Start(String node, int term, String sender, long number, long micros, boolean redelivered, String id) {}
