package io.github.pgpubsub.internal.subscription;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Why a subscription can't go on although it is connected: the server refuses what it asks for, or no thread is left that takes
 * messages. Both are tried again. The session's thread tells it, any thread reads it.
 */
final class Trouble {

    /** How often threads that have ended are made anew. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BooleanSupplier deserted;
    private final Runnable remedy;
    private volatile String refusal;
    private long nextLook = System.nanoTime();

    /**
     * @param deserted whether no thread is left
     * @param remedy   makes threads anew
     */
    Trouble(BooleanSupplier deserted, Runnable remedy) {
        this.deserted = deserted;
        this.remedy = remedy;
    }

    void refused(SQLException cause) {
        refusal = cause.getMessage();
    }

    void granted() {
        refusal = null;
    }

    boolean isRefused() {
        return refusal != null;
    }

    /** Called often. */
    void look(long now) {
        if (now - nextLook >= 0) {
            nextLook = now + LOOK_NANOS;
            remedy.run();
        }
    }

    /** In the words of an operator; null: none. */
    String reason() {
        String refused = refusal;
        return deserted.getAsBoolean() ? "No thread is left that takes its messages, and none can be had now"
                : refused != null ? "The server refuses what it asks for: " + refused : null;
    }
}
