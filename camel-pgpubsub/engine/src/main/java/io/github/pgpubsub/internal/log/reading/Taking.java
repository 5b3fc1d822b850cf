package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Step 0: the place gets a new owner and a new epoch, and the reader begins with what the place says. */
final class Taking<M> extends State<M> {

    private @Nullable Ticket asked;
    private @Nullable UUID owner;
    private long since;
    private long retryAt;

    Taking(Reader<M> reader) {
        super(reader);
    }

    @Override
    void begin(long now) {
        since = now;
        take();
    }

    private void take() {
        asked = reader.names.ticket();
        owner = reader.names.owner();
        reader.effects.take(asked, owner);
    }

    @Override
    void taken(Ticket ticket, TakeAnswer answer, long now) {
        if (!ticket.equals(asked)) {
            return;
        }
        if (answer instanceof TakeAnswer.Taken taken) {
            assert owner != null;
            reader.pauses.answered();
            reader.lead(new Fence(taken.place().epoch(), owner), taken.place(), now);
        } else if (answer instanceof TakeAnswer.Blocked blocked) {
            reader.effects.report(Incident.PLACE_BLOCKED, blocked.by());
            if (now - since >= reader.options.leaderTimeout().toNanos()) {
                reader.effects.endBlockers();
            }
            pause(now);
        } else {
            boolean again = reader.isWithoutPlace();
            asked = reader.names.ticket();
            reader.effects.join(asked, reader.options.startFrom(), again);
        }
    }

    @Override
    void joined(Ticket ticket, long now) {
        if (ticket.equals(asked)) {
            take();
        }
    }

    @Override
    void refused(Ticket ticket, String error, long now) {
        if (!ticket.equals(asked)) {
            return;
        }
        reader.effects.report(Incident.REQUEST_FAILED, error);
        if (now - since >= reader.options.leaderTimeout().toNanos()) {
            reader.resign("can't take the group's place: " + error, now);
        } else {
            pause(now);
        }
    }

    private void pause(long now) {
        asked = null;
        retryAt = now + reader.pauses.afterFailure();
    }

    @Override
    void tick(long now) {
        if (asked == null && now - retryAt >= 0) {
            take();
        }
    }

    @Override
    long waitNanos(long now) {
        return asked == null ? Math.max(0, retryAt - now) : Reader.NEVER;
    }
}
