package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.kept.KeptMessageId;

/**
 * A message for the handler.
 *
 * @param redelivered whether it may have been processed before
 * @param epoch       rises with each new leader of the group: a fencing token for effects elsewhere
 */
public record KeptMessage(KeptMessageId id, KeptRow row, boolean redelivered, long epoch) {}
