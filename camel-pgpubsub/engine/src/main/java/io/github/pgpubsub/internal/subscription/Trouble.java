package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.work.Remedy;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a connected subscription can't receive: the server refuses a request, or no thread is left to take messages. Both are
 * tried again. Written by the session's thread, read by any.
 */
final class Trouble {

    private final BooleanSupplier deserted;
    private final Remedy remedy;
    private final Consumer<Exception> failed;
    private volatile @Nullable String refusal;

    /**
     * @param deserted whether no thread is left
     * @param remedy   replaces threads that have ended
     * @param failed   reports a failure to the subscription's user
     */
    Trouble(BooleanSupplier deserted, Runnable remedy, Consumer<Exception> failed) {
        this.deserted = deserted;
        this.remedy = new Remedy(remedy);
        this.failed = failed;
    }

    /** See {@link io.github.pgpubsub.internal.session.Subscriber#refused}. */
    void refused(SQLException cause) {
        refusal = cause.getMessage();
        failed.accept(cause);
    }

    /** See {@link io.github.pgpubsub.internal.session.Subscriber#granted}. Also called when the connection is lost. */
    void granted() {
        refusal = null;
    }

    /**
     * Whether the member could not do the work of a leader: it does not listen, or has no thread to take messages.
     *
     * @param deaf whether it has requested to listen, and does not listen
     */
    boolean hinders(boolean deaf) {
        return (deaf && refusal != null) || deserted.getAsBoolean();
    }

    /** Replaces threads that have ended, if it is time. To be called often. */
    void remedyIfDue(long now) {
        remedy.ifDue(now);
    }

    /** The reason, for operators; null: none. */
    @Nullable
    String reason() {
        String refused = refusal;
        return deserted.getAsBoolean() ? "No thread is left to take its messages, and no new one can be created now"
                : refused != null ? "The server refuses its request: " + refused : null;
    }
}
