package io.github.pgpubsub.internal.log.reading;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** What a reader gives out and nobody has had before: tickets of requests, ordinals of deliveries, owners of places. */
final class Names {

    private final RandomGenerator random;
    private long tickets;
    private long ordinals;

    /** @param random makes the owner: others must not be able to guess it */
    Names(RandomGenerator random) {
        this.random = random;
    }

    Ticket ticket() {
        return new Ticket(++tickets);
    }

    long ordinal() {
        return ++ordinals;
    }

    UUID owner() {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
