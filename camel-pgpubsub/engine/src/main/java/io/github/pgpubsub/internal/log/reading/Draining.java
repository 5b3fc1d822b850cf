package io.github.pgpubsub.internal.log.reading;

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
            reader.effects.report(Effects.Incident.ABANDONED, reader.hand.size() + " messages");
            reader.become(new Taking<>(reader), now);
        }
    }

    @Override
    long waitNanos(long now) {
        return Math.max(0, since + reader.options.leaderTimeout().toNanos() - now);
    }
}
