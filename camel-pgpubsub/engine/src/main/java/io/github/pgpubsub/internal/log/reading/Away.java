package io.github.pgpubsub.internal.log.reading;

/**
 * Does not lead, or has no connection to read with. A leader that has none for long gives up the lead; so does one that loses one after
 * the other before it has read anything.
 */
final class Away<M> extends State<M> {

    /** When this state was entered or the lead came, whichever is later; or when a series of losses began. */
    private long since;

    Away(Reader<M> reader) {
        super(reader);
    }

    @Override
    void begin(long now) {
        since = reader.losses.since(now);
        stop(now);
    }

    /** A leader has the leaderTimeout to connect, however long it was no leader before. */
    void leads(long now) {
        reader.losses.end();
        since = now;
    }

    /** The lead or the connection came. */
    void changed(long now) {
        if (reader.isAbleToLead()) {
            reader.become(new Draining<>(reader), now);
        }
    }

    @Override
    void tick(long now) {
        if (waitNanos(now) == 0) {
            reader.resign("has had no connection to read with for the leaderTimeout, or none that lasted", now);
        }
    }

    @Override
    long waitNanos(long now) {
        return reader.isLeading() ? Math.max(0, since + reader.options.leaderTimeout().toNanos() - now) : Reader.NEVER;
    }

    @Override
    void progressed(long now) {
        stop(now);
    }

    /** A leader stops with the connection that comes: its last completions have not been acknowledged. */
    @Override
    void stop(long now) {
        boolean owesNothing = !reader.isLeading() || !reader.hasRemnant();
        if (reader.isStopping() && owesNothing && reader.hand.isIdle()) {
            reader.become(new Stopped<>(reader), now);
        }
    }
}
