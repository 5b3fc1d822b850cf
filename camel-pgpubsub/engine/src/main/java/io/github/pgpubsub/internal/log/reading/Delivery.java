package io.github.pgpubsub.internal.log.reading;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message, or a gap, that is handed out. The worker reads what is final and {@link #isRedelivered}; everything else belongs to
 * the reader's thread.
 */
public final class Delivery<M> {

    enum State {
        /** In the queue or with a worker. */
        OUT,
        /** Taken back, or waiting for its next attempt. */
        BACK, COMPLETE
    }

    private final Page.@Nullable Row<M> row;
    private final long missed;
    private final Fence fence;
    private final @Nullable Bound upto;
    /** Position in the order of handing out. */
    final long ordinal;
    private volatile boolean redelivered;
    private int failures;
    State state = State.OUT;

    private Delivery(Page.@Nullable Row<M> row, long missed, Fence fence, @Nullable Bound upto, long ordinal,
            boolean redelivered) {
        this.row = row;
        this.missed = missed;
        this.fence = fence;
        this.upto = upto;
        this.ordinal = ordinal;
        this.redelivered = redelivered;
    }

    static <M> Delivery<M> message(Page.Row<M> row, Fence fence, Bound upto, long ordinal, boolean redelivered) {
        return new Delivery<>(row, 0, fence, upto, ordinal, redelivered);
    }

    static <M> Delivery<M> gap(long missed, Fence fence, long ordinal) {
        return new Delivery<>(null, missed, fence, null, ordinal, false);
    }

    /** The message; null: this is a gap. */
    public Page.@Nullable Row<M> row() {
        return row;
    }

    /** Of a gap: how many messages were given up, as far as that is known; 0: unknown. */
    public long missed() {
        return missed;
    }

    /** Under which leadership it was handed out. Its epoch is a fencing token for effects elsewhere. */
    public Fence fence() {
        return fence;
    }

    /** The end of its window, which {@code ackMode=transaction} has to find in the place; null: this is a gap. */
    public @Nullable Bound upto() {
        return upto;
    }

    /** Whether both are messages of one leadership and one window, so that a transaction can complete them together. */
    public boolean goesWith(Delivery<M> other) {
        return row != null && other.row != null && fence.equals(other.fence) && Objects.equals(upto, other.upto);
    }

    /** Whether it may have been processed before. */
    public boolean isRedelivered() {
        return redelivered;
    }

    /** How often it failed under this leadership. */
    public int failures() {
        return failures;
    }

    void failed() {
        failures++;
        redelivered = true;
    }

    /** The row's id; 0 for a gap. */
    long id() {
        return row == null ? 0 : row.id().id();
    }

    long bytes() {
        return row == null ? 0 : row.bytes();
    }

    /** Whether a worker has begun it: surely not, if it was taken back before its first attempt. */
    boolean mayHaveBegun() {
        return state != State.BACK || failures > 0;
    }

    @Override
    public String toString() {
        return row == null ? "gap of " + missed : row.id() + (redelivered ? " again" : "");
    }
}
