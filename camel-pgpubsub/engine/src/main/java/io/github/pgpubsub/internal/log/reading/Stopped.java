package io.github.pgpubsub.internal.log.reading;

/** The end. A late completion means nothing. */
final class Stopped<M> extends State<M> {

    Stopped(Reader<M> reader) {
        super(reader);
    }

    @Override
    void begin(long now) {
        reader.effects.stopped();
    }

    @Override
    void giveUp(long now) {}
}
