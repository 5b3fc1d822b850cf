package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import org.jspecify.annotations.Nullable;

/** How a worker handles a message. */
interface Handling {

    /** What became of it. */
    enum Result {
        COMPLETE,
        /** {@code onError} decides. */
        FAILED,
        /** Whether it is complete is unknown, or it is another owner's: step 0 finds out. */
        UNSETTLED,
        /** Somebody acknowledges it later, or has done so. */
        LEFT_OPEN
    }

    /** @param failure to be reported; null: none */
    record Handled(Result result, @Nullable Throwable failure) {

        static final Handled COMPLETE = new Handled(Result.COMPLETE, null);
        static final Handled LEFT_OPEN = new Handled(Result.LEFT_OPEN, null);

        static Handled failed(Throwable failure) {
            return new Handled(Result.FAILED, failure);
        }
    }

    /**
     * Called before the first message. May block.
     *
     * @throws IllegalArgumentException when it can't work
     */
    default void check() throws InterruptedException {}

    /** Called by a worker. May block. Throws nothing that is the message's. */
    Handled handle(Delivery<KeptRow> delivery);
}
