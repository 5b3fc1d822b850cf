package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.OnError;
import java.util.List;

/**
 * What a reader does in one state. {@link Reader} hands events to the current state; an event that a state does not override
 * means nothing there. Not thread-safe, like all of this package.
 */
abstract class State<M> {

    final Reader<M> reader;

    State(Reader<M> reader) {
        this.reader = reader;
    }

    /** The state is entered. */
    abstract void begin(long now);

    /** The state is left for another one. */
    void leave() {}

    /** The connection or the lead is lost, or another owner has the place: nothing more is handed out. */
    void end() {}

    void tick(long now) {}

    /** Time until {@link #tick} has something to do, nanoseconds; {@link Reader#NEVER}: only an event helps. */
    long waitNanos(long now) {
        return Reader.NEVER;
    }

    /** Whether more messages are going to be handed out although no worker completes any. */
    boolean handsOutMore() {
        return false;
    }

    // ---- answers

    void taken(Ticket ticket, TakeAnswer answer, long now) {}

    void joined(Ticket ticket, long now) {}

    void opened(Ticket ticket, OpenAnswer answer, long now) {}

    void read(Ticket ticket, Page<M> page, long now) {}

    void acknowledged(Ticket ticket, Outcome outcome, long now) {}

    void parked(Ticket ticket, Outcome outcome, long now) {}

    void locked(Ticket ticket, boolean held, long now) {}

    /** The server refused a request with an error, and the connection works. */
    void refused(Ticket ticket, String error, long now) {}

    // ---- other events

    void woken(long now) {}

    /** No wake-ups are heard. */
    void unheard(long now) {}

    /** One more message is complete. */
    void progressed(long now) {}

    /** Messages failed together. Without a leadership they are the next one's, or are skipped. */
    void failed(List<Delivery<M>> batch, long now) {
        giveBackOrSkip(batch);
        progressed(now);
    }

    final void giveBackOrSkip(List<Delivery<M>> batch) {
        for (Delivery<M> delivery : batch) {
            delivery.failed();
            if (delivery.row() == null || reader.options.onError().decide(delivery.failures()) == OnError.skip) {
                reader.hand.complete(delivery);
            } else {
                delivery.state = Delivery.State.BACK;
            }
        }
    }

    /** The orderly stop begins. */
    void stop(long now) {}

    /** The time for the orderly stop is up. */
    void giveUp(long now) {
        reader.become(new Stopped<>(reader), now);
    }
}
