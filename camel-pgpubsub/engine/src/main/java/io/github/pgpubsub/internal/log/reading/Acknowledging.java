package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.AckMode;
import org.jspecify.annotations.Nullable;

/** When a leadership's place moves within a window. At most one acknowledgement is waited for. */
final class Acknowledging<M> {

    private final Reader<M> reader;
    private final Term<M> term;
    private @Nullable Ticket asked;
    private @Nullable Acknowledgement sent;
    private long notBefore;
    private long acknowledged;
    /** The place need not move for a message that moved it itself, but for one that was skipped or parked. */
    private boolean wanted;

    Acknowledging(Reader<M> reader, Term<M> term, long now) {
        this.notBefore = now;
        this.reader = reader;
        this.term = term;
    }

    /** A window is opened, or taken over, and the place says that it is complete up to this id. */
    void window(long lastId) {
        acknowledged = lastId;
        wanted = false;
    }

    /** A message was passed over. */
    void want() {
        wanted = true;
    }

    boolean isAnswerTo(Ticket ticket) {
        return ticket.equals(asked);
    }

    /** The last acknowledgement that was sent was for the end of the window. */
    boolean wasWhole() {
        return sent != null && sent.whole();
    }

    /** Moves the place if it is time to. */
    void tick(Window window, long now) {
        if (isDue(now)) {
            send(new Acknowledgement(window.upto(), reader.hand.watermark(), false, false, reader.hand.takeMissedTold()), now);
        }
    }

    private boolean isDue(long now) {
        return isMore() && asked == null && remaining(now) == 0;
    }

    private boolean isMore() {
        return reader.hand.watermark() > acknowledged && (reader.options.ackMode() != AckMode.transaction || wanted);
    }

    private long remaining(long now) {
        return Math.max(0, notBefore - now);
    }

    long waitNanos(long now) {
        return isMore() && asked == null ? remaining(now) : Reader.NEVER;
    }

    Ticket send(Acknowledgement acknowledgement, long now) {
        Ticket ticket = reader.names.ticket();
        asked = ticket;
        sent = acknowledgement;
        notBefore = now + (reader.options.ackMode() == AckMode.message ? 0 : reader.options.ackInterval().toNanos());
        acknowledged = Math.max(acknowledged, acknowledgement.lastId());
        wanted = false;
        reader.effects.acknowledge(ticket, term.fence, acknowledgement);
        return ticket;
    }

    void answered() {
        asked = null;
    }

    /** It is tried again, after a pause. */
    void failed(long now) {
        assert sent != null;
        asked = null;
        acknowledged = Math.min(acknowledged, sent.lastId() - 1);
        reader.hand.putBackMissedTold(sent.missedTold());
        wanted = true;
        notBefore = now + reader.options.ackInterval().toNanos();
    }
}
