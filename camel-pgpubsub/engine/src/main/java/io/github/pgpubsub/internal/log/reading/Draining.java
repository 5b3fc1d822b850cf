package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;

/**
 * Leads and is connected, and waits until the workers have finished what an earlier leadership of this process handed out, so
 * that no message is with two workers of one process at once.
 */
final class Draining<M> extends State<M> {

    private long since;

    Draining(Reader<M> reader) {
        super(reader);
    }

    @Override
    void begin(long now) {
        since = now;
        progressed(now);
    }

    @Override
    void progressed(long now) {
        if (reader.hand.isIdle()) {
            reader.become(new Taking<>(reader), now);
        }
    }

    @Override
    void tick(long now) {
        if (waitNanos(now) == 0) {
            reader.effects.report(Incident.ABANDONED, reader.hand.size() + " messages");
            reader.become(new Taking<>(reader), now);
        }
    }

    @Override
    long waitNanos(long now) {
        return Math.max(0, since + reader.options.leaderTimeout().toNanos() - now);
    }
}
