package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.kept.KeptBatchHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a worker handles a batch of messages, or a gap. */
interface Handling {

    /** What became of the batch. */
    enum Result {
        COMPLETE,
        /** {@code onError} decides. */
        FAILED,
        /** Whether it is complete is unknown, or it is another owner's: step 0 finds out. */
        UNSETTLED,
        /** Somebody acknowledges it later, or has done so. */
        LEFT_OPEN
    }

    /**
     * @param failure   to be reported; null: none
     * @param concerned the messages that this is the result of; all others of the batch are left open
     */
    record Handled(Result result, @Nullable Throwable failure, List<Delivery<KeptRow>> concerned) {

        static Handled complete(List<Delivery<KeptRow>> batch) {
            return new Handled(Result.COMPLETE, null, batch);
        }

        static Handled failed(Throwable failure, List<Delivery<KeptRow>> concerned) {
            return new Handled(concerned.isEmpty() ? Result.LEFT_OPEN : Result.FAILED, failure, concerned);
        }

        static Handled unsettled(@Nullable Throwable failure, List<Delivery<KeptRow>> batch) {
            return new Handled(Result.UNSETTLED, failure, batch);
        }

        static Handled leftOpen() {
            return new Handled(Result.LEFT_OPEN, null, List.of());
        }
    }

    /** Tells the handler of a gap, which is alone in its batch and in no transaction. */
    static Handled gap(KeptBatchHandler handler, List<Delivery<KeptRow>> gap) {
        try {
            handler.gap(gap.get(0).missed());
            return Handled.complete(gap);
        } catch (Throwable e) {
            return Handled.failed(e, gap);
        }
    }

    /**
     * Called before the first message. May block.
     *
     * @throws IllegalArgumentException when it can't work
     */
    default void check() throws InterruptedException {}

    /**
     * Called by a worker. May block. Throws nothing that is the messages'.
     *
     * @param batch messages of one leadership and one window, in order; or a gap alone
     * @param term  the number of that leadership, or of an earlier one, see {@link Lead#term}
     */
    Handled handle(List<Delivery<KeptRow>> batch, long term);
}
