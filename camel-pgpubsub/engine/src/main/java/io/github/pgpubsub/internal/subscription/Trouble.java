package io.github.pgpubsub.internal.subscription;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Why a subscription can't go on although it is connected: the server refuses what it asks for, or no thread is left that takes
 * messages. Both are tried again. The session's thread tells it, any thread reads it.
 */
final class Trouble {

    /** How often threads that have ended are made anew. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BooleanSupplier deserted;
    private final Runnable remedy;
    private final Consumer<Exception> failed;
    private volatile @Nullable String refusal;
    private long nextLook = System.nanoTime();

    /**
     * @param deserted whether no thread is left
     * @param remedy   makes threads anew
     * @param failed   tells the subscription's user of a failure
     */
    Trouble(BooleanSupplier deserted, Runnable remedy, Consumer<Exception> failed) {
        this.deserted = deserted;
        this.remedy = remedy;
        this.failed = failed;
    }

    /** See {@link io.github.pgpubsub.internal.session.Subscriber#refused}. */
    void refused(SQLException cause) {
        refusal = cause.getMessage();
        failed.accept(cause);
    }

    /** See {@link io.github.pgpubsub.internal.session.Subscriber#granted}; nor is anything refused without a connection. */
    void granted() {
        refusal = null;
    }

    /**
     * Whether a member could not do what a leader has to: it would be deaf, or nobody would take what it hears.
     *
     * @param deaf whether it has asked to listen, and does not
     */
    boolean hinders(boolean deaf) {
        return (deaf && refusal != null) || deserted.getAsBoolean();
    }

    /** Called often. */
    void look(long now) {
        if (now - nextLook >= 0) {
            nextLook = now + LOOK_NANOS;
            remedy.run();
        }
    }

    /** In the words of an operator; null: none. */
    @Nullable
    String reason() {
        String refused = refusal;
        return deserted.getAsBoolean() ? "No thread is left that takes its messages, and none can be had now"
                : refused != null ? "The server refuses what it asks for: " + refused : null;
    }
}
