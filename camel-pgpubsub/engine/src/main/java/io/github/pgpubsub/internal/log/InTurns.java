package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The shards of a subscription take turns: so many messages, or batches, of all of them are handled at once, in the order in which they ask. */
final class InTurns implements Handling {

    /** How often to check again whether the lead is still certain. */
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Handling handling;
    private final Semaphore turns;
    private final Lead lead;

    /** @param turns a fair one */
    InTurns(Handling handling, Semaphore turns, Lead lead) {
        this.handling = handling;
        this.turns = turns;
        this.lead = lead;
    }

    @Override
    public void check() throws InterruptedException {
        handling.check();
    }

    @Override
    public Handled handle(List<Delivery<KeptRow>> batch) {
        try {
            turns.acquire();
        } catch (InterruptedException e) {
            // The end of the shard's workers. Step 0, here or elsewhere, finds the messages not begun.
            return Handled.unsettled(null, batch);
        }
        try {
            return mayBegin() ? handling.handle(batch) : Handled.unsettled(null, batch);
        } finally {
            turns.release();
        }
    }

    /** The turn may have come late. */
    private boolean mayBegin() {
        while (!lead.mayProcess()) {
            if (!lead.isLeading()) {
                return false;
            }
            LockSupport.parkNanos(CHECK_NANOS);
        }
        return true;
    }
}
