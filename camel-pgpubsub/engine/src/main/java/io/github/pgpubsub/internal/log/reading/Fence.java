package io.github.pgpubsub.internal.log.reading;

import java.util.UUID;

/**
 * What every update of a place names, so that a deposed reader changes nothing. The epoch alone would not do: after an
 * asynchronous fail-over it is given out again.
 *
 * @param epoch rises with each new leader; {@code greatest(epoch + 1, milliseconds of the server's clock)}
 * @param owner a new random value with each step 0
 */
public record Fence(long epoch, UUID owner) {}
