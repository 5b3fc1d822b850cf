package io.github.pgpubsub;

/**
 * A message as a subscription gets it.
 *
 * @param channel the channel it came from
 * @param payload empty where there was none
 * @param backend process id of the server's backend that sent it
 */
public record Message(String channel, String payload, int backend) {}
