package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The leader as seen by a standby: what it has said since this standby believes it. */
final class LeaderAsSeen {

    final int backend;
    /** The leader's term, taken from any of its messages, even before its first marker. */
    private @Nullable String epoch;
    private int auxiliary;
    private long ledSince = Leadership.NEVER;
    private long announcedTimeout;
    private long announcedGrace;
    /** The leader's notice that it wants to stop, and the notices that were answered so far. */
    private @Nullable String notice;
    private @Nullable String confirmed;
    private @Nullable String holding;
    /** Milliseconds of a gap that the leader's handler has not handled yet; NEVER: none. */
    private long gapMillis = Leadership.NEVER;

    /** @param backend holder of the leader's lock, 0: none */
    LeaderAsSeen(int backend) {
        this.backend = backend;
    }

    /** Whether the message belongs to the known term, or begins one. */
    boolean isOfItsTerm(ControlMessage message) {
        return message.type() == ControlMessage.Type.TAKEOVER || epoch == null || isOfEpoch(message);
    }

    private boolean isOfEpoch(ControlMessage message) {
        return message.text("epoch").equals(epoch);
    }

    /** Whether the message is a sign of life over the leader's auxiliary connection. */
    boolean isItsSign(int sender, ControlMessage message) {
        return sender == auxiliary && isOfEpoch(message);
    }

    void says(ControlMessage message) {
        epoch = message.text("epoch");
    }

    /** Reads the fields of a marker. */
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

    /** When it began to lead; {@link Leadership#NEVER}: unknown. */
    long since() {
        return ledSince;
    }

    /** Silence after which the leader may be deposed, in nanoseconds; zero or less: never. */
    long timeout(long own) {
        return announcedTimeout == 0 ? own : announcedTimeout;
    }

    /** The leader's announced grace, in nanoseconds; 0: none announced. */
    long grace() {
        return announcedGrace;
    }

    void wantsToStop(String newNotice) {
        notice = newNotice;
    }

    /** A new term begins, so an earlier notice no longer holds. */
    void begins() {
        notice = null;
    }

    boolean wantsToStop() {
        return notice != null;
    }

    /** The notice of a leader that {@link #wantsToStop()}. */
    String notice() {
        assert notice != null;
        return notice;
    }

    /** Whether the notice must still be confirmed. True once for each notice. */
    boolean takesConfirmation() {
        boolean takes = notice != null && !notice.equals(confirmed);
        confirmed = takes ? notice : confirmed;
        return takes;
    }

    void forgetsConfirmation() {
        confirmed = null;
    }

    /** Whether the notice must still be answered with HOLDING. True once for each notice. */
    boolean takesHolding() {
        assert notice != null;
        boolean takes = !notice.equals(holding);
        holding = notice;
        return takes;
    }
}
