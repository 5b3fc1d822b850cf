package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.OnError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a reader keeps from step 0 until it is deposed, loses a connection, or stops. */
final class Term<M> {

    final Fence fence;
    final Retries<M> retries;
    final Acknowledging<M> acknowledging;
    private final Reader<M> reader;
    /** Everything before this end is complete, and the place says so or is about to. */
    private Bound done;
    /** The open window, also while its end is being acknowledged. */
    private @Nullable Window window;
    private boolean closing;
    /** Messages up to this id are marked. */
    private final long redeliveredId;

    Term(Reader<M> reader, Fence fence, Place place, long now) {
        this.reader = reader;
        this.fence = fence;
        this.done = place.done();
        this.redeliveredId = place.redeliveredId();
        this.retries = new Retries<>(reader, this);
        this.acknowledging = new Acknowledging<>(reader, this, now);
    }

    Bound done() {
        return done;
    }

    @Nullable
    Bound windowEnd() {
        return window == null || closing ? null : window.upto();
    }

    Window window(Bound upto, long lastId) {
        Window opened = new Window(done, upto);
        window = opened;
        closing = false;
        reader.hand.window(lastId);
        acknowledging.window(lastId);
        return opened;
    }

    void deliver(Page.Row<M> row, Window from) {
        boolean redelivered = row.id().id() <= redeliveredId;
        handOut(Delivery.message(row, fence, from.upto(), reader.names.ordinal(), redelivered));
    }

    /** @param missed 0: unknown */
    void deliverGap(long missed) {
        reader.effects.report(Incident.MESSAGES_MISSED, missed == 0 ? "an unknown number" : String.valueOf(missed));
        handOut(Delivery.gap(missed, fence, reader.names.ordinal()));
    }

    /** The place counts as told only what is acknowledged: not yet a gap that this leadership began with. */
    void deliverRestOfGap(long missed) {
        long rest = missed - reader.hand.missedHandedOut();
        if (rest > 0) {
            deliverGap(rest);
        }
    }

    private void handOut(Delivery<M> delivery) {
        reader.hand.add(delivery);
        retries.deliver(delivery);
    }

    /** All of the window is complete. */
    void close(Window closed, long now) {
        done = closed.upto();
        closing = true;
        acknowledging.send(new Acknowledgement(closed.upto(), reader.hand.watermark(), true, false,
                reader.hand.takeMissedTold()), now);
    }

    /** The server refused that, so the window is still open there. */
    void notClosed(long now) {
        closing = false;
        acknowledging.failed(now);
    }

    /** Tries again to close a window that could not be closed. */
    void closeIfOpen(long now) {
        if (window != null && !closing) {
            close(window, now);
        }
    }

    /** The place says that the window is complete. */
    void closed() {
        assert closing;
        closing = false;
        window = null;
    }

    /** The exchange of these messages failed. */
    void failed(List<Delivery<M>> batch, long now) {
        List<Delivery<M>> again = new ArrayList<>();
        for (Delivery<M> delivery : batch) {
            delivery.failed();
            OnError decision = delivery.row() == null
                    ? OnError.skip
                    : reader.options.onError().decide(delivery.failures());
            switch (decision) {
                case skip -> skip(delivery);
                case retry -> again.add(delivery);
                case park -> {
                    acknowledging.want();
                    retries.park(delivery);
                }
            }
        }
        if (!again.isEmpty()) {
            retries.again(again, now);
        }
    }

    private void skip(Delivery<M> delivery) {
        reader.effects.report(Incident.SKIPPED, delivery.toString());
        acknowledging.want();
        reader.hand.complete(delivery);
    }

    /** Nothing more is handed out. True: a gap that was is taken back. */
    boolean withdraw() {
        retries.end();
        List<Delivery<M>> withdrawn = reader.effects.withdraw();
        reader.hand.takeBack(withdrawn);
        return withdrawn.stream().anyMatch(each -> each.row() == null);
    }

    /** The last acknowledgement. */
    Ticket release(boolean whole, boolean exact, long now) {
        return acknowledging.send(new Acknowledgement(windowEnd(), reader.hand.watermark(), whole, exact,
                reader.hand.takeMissedTold()), now);
    }

    /** What the next leadership of this process may know, if nobody leads in between. */
    @Nullable
    Remnant remnant() {
        return window == null
                ? null
                : new Remnant(fence.owner(), window.upto(), Math.max(redeliveredId, reader.hand.begunUpTo()));
    }
}
