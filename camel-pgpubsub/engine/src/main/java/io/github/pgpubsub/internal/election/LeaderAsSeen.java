package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The leader as a standby knows it: what it has said since this standby believes it. */
final class LeaderAsSeen {

    final int backend;
    /** The leader's term: known from anything it says, before the first marker of it. */
    private @Nullable String epoch;
    private int auxiliary;
    private long ledSince = Leadership.NEVER;
    private long announcedTimeout;
    private long announcedGrace;
    /** The leader's notice that it wants to stop, and the answers that it has got. */
    private @Nullable String notice;
    private @Nullable String confirmed;
    private @Nullable String holding;
    /** Milliseconds of a gap that the leader has to tell and has not told yet; NEVER: none. */
    private long gapMillis = Leadership.NEVER;

    /** @param backend holds the leader's lock, 0: nobody does */
    LeaderAsSeen(int backend) {
        this.backend = backend;
    }

    /** Whether the message is of the term that is known, or begins one. */
    boolean isOfItsTerm(ControlMessage message) {
        return message.type() == ControlMessage.Type.TAKEOVER || epoch == null || isOfEpoch(message);
    }

    private boolean isOfEpoch(ControlMessage message) {
        return message.text("epoch").equals(epoch);
    }

    /** Whether that is a sign of life over its auxiliary connection. */
    boolean isItsSign(int sender, ControlMessage message) {
        return sender == auxiliary && isOfEpoch(message);
    }

    void says(ControlMessage message) {
        epoch = message.text("epoch");
    }

    /** What a marker of its term tells. */
    void tellsTerm(ControlMessage marker, long now) {
        ledSince = now - TimeUnit.MILLISECONDS.toNanos(marker.number("age"));
        auxiliary = (int) marker.number("aux");
        long millis = marker.number("timeout");
        announcedTimeout = millis == 0 ? Leadership.NEVER : TimeUnit.MILLISECONDS.toNanos(millis);
        announcedGrace = Math.max(announcedGrace, TimeUnit.MILLISECONDS.toNanos(marker.number("grace")));
    }

    void tellsGap(ControlMessage message) {
        gapMillis = message.fields().containsKey("gap") ? message.number("gap") : Leadership.NEVER;
    }

    long gapMillis() {
        return gapMillis;
    }

    /** When it began to lead; {@link Leadership#NEVER}: not known. */
    long since() {
        return ledSince;
    }

    /** Silence after which it may be deposed, nanoseconds; zero or less: never. */
    long timeout(long own) {
        return announcedTimeout == 0 ? own : announcedTimeout;
    }

    /** How long it may need to learn that it does not lead any more, as far as it has said so. */
    long grace() {
        return announcedGrace;
    }

    void wantsToStop(String newNotice) {
        notice = newNotice;
    }

    /** A new term: what was noticed is out of date. */
    void begins() {
        notice = null;
    }

    boolean wantsToStop() {
        return notice != null;
    }

    /** The notice that it has given. */
    String notice() {
        assert notice != null;
        return notice;
    }

    /** Whether its notice is still to be confirmed. True once for each notice. */
    boolean takesConfirmation() {
        boolean takes = notice != null && !notice.equals(confirmed);
        confirmed = takes ? notice : confirmed;
        return takes;
    }

    void forgetsConfirmation() {
        confirmed = null;
    }

    /** Whether it is still to be told that everything from its notice on is kept. True once for each notice. */
    boolean takesHolding() {
        assert notice != null;
        boolean takes = !notice.equals(holding);
        holding = notice;
        return takes;
    }
}
