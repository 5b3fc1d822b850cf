package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.StartFrom;
import java.util.List;
import java.util.UUID;

/**
 * What a {@link Reader} wants done. Called from within its event methods, never otherwise. Requests with a {@link Ticket} are
 * run one after another in the order of the calls, many of them in one round trip where that is possible, each in a transaction
 * of its own; the answers are calls of the reader that repeat the ticket, and never come within the call. All requests but the lock's use the reading
 * connection; the lock's use the direct session, which listens and holds the leader's lock.
 */
public interface Effects<M> {

    // ---- the place

    /** Step 0: the place gets this owner and a new epoch. The answer is {@link Reader#taken}. */
    void take(Ticket ticket, UUID owner);

    /**
     * There is no place: make one, unless there is one meanwhile. The answer is {@link Reader#joined}.
     *
     * @param again the group had a place and was removed: what is written up to now may have been processed, so
     *              {@code redeliveredId} begins with the sequence's value
     */
    void join(Ticket ticket, StartFrom startFrom, boolean again);

    /** End the backends that block {@link #take}, other than prepared transactions, which have none. */
    void endBlockers();

    /**
     * Open a window, if there is anything in it, in one transaction that has not written before: take {@code upto}, read the
     * sequence, draw an xid, store them where the place has this fence, this {@code done} and no open window. Instead it may end where
     * another reader's window ends ({@link SharedEnds}). The commit must
     * be durable. The answer is {@link Reader#opened}.
     */
    void open(Ticket ticket, Fence fence, Bound done);

    /** Read a page. The answer is {@link Reader#read}. */
    void read(Ticket ticket, PageRequest request);

    /** Move the place. The answer is {@link Reader#acknowledged}. */
    void acknowledge(Ticket ticket, Fence fence, Acknowledgement acknowledgement);

    /**
     * Keep this message apart with the error of its last attempt, and move {@code lastId} to it in the same transaction if all
     * before it is complete. Parking it twice is no error. The answer is {@link Reader#parked}.
     */
    void park(Ticket ticket, Fence fence, Bound upto, Delivery<M> delivery, boolean moveLastId);

    // ---- sleep

    /** Try the exclusive advisory lock that says "nobody is awake". The answer is {@link Reader#locked}. */
    void lock(Ticket ticket);

    /** Give that lock back, whether it is held or not. */
    void unlock();

    // ---- delivery

    /** Put a message, or a gap, into the workers' queue. */
    void deliver(Delivery<M> delivery);

    /** Take back, in order, what no worker has begun. */
    List<Delivery<M>> withdraw();

    // ---- what others should know

    /** This reader can't go on as the leader: give the leader's lock back. {@link Reader#leadLost} follows. */
    void resign(String reason);

    /** Something that operators, health and listeners want to know. */
    void report(Incident incident, String detail);

    /** The orderly end: nothing of this reader is left. */
    void stopped();
}
