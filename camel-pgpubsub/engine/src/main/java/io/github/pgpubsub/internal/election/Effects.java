package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a {@link Leadership}, made from within its event methods only. Answers may come within the call or later, but in
 * the order of the requests. A message must be committed before a later lock call is made.
 */
public interface Effects<M> {

    /** Take a lock in shared mode: {@link Lock#PRESENCE} or {@link Lock#WITNESS}. */
    void share(Lock lock);

    /** Release a shared lock. */
    void unshare(Lock lock);

    /** Try a lock (null: none), then look up the holders of all locks; the answer comes as {@link Leadership#polled}. */
    void poll(@Nullable Lock tried);

    /** Release a lock; the answer comes as {@link Leadership#unlocked}. */
    void unlock(Lock lock);

    /** Listen to the data channel and the control channel. */
    void listen();

    /** Commit a message on the control channel; the answer comes as {@link Leadership#sent}. */
    void send(ControlMessage message);

    /** End a backend if it still holds the lock; the answer comes as {@link Leadership#terminated}. */
    void terminate(int backend, Lock lock);

    /** Whether the handler's queue takes another entry. */
    boolean hasRoom();

    /** Whether the handler's queue takes another entry whose memory is counted already. */
    boolean hasRoomForHeld();

    /** Put an entry into the handler's queue. */
    void deliver(Entry<M> entry);

    /**
     * Let the handler begin messages (again), until the lease that {@link #renewLease} renews expires.
     *
     * @param from everything before this position is complete
     */
    void open(long from);

    /** As {@link #open}, without a lease: this member leaves, and no other member has or will get the messages delivered from now on. */
    void openUnfenced(long from);

    /**
     * Renew the lease, which begins at this time (System.nanoTime).
     *
     * @param grace maximum age of the last proof of the connection when a message begins, in nanoseconds; a member that takes over
     *              without a RESIGN waits at least as long
     */
    void renewLease(long since, long grace);

    /** Let the handler begin no more messages, and take back the ones that it has not begun. */
    List<Entry<M>> withdraw();

    /** The position before which everything is complete. */
    long watermark();

    /** The position from which on no message has begun. Messages before it may be complete or not. */
    long begunUpTo();

    /** Whether the handler has not yet handled a gap that was delivered. */
    boolean isGapUnhandled();

    /** Whether everything that was delivered is complete. */
    boolean isIdle();

    /** Call {@link Leadership#drained} as soon as everything that was delivered is complete. */
    void awaitIdle();

    /** The role has changed, or whether the standby is in step. For operators. */
    void changed(Role role, boolean inStep, String reason);

    /** A backend that holds a lock shows no sign of life, and this user may not end it. */
    void cannotDepose(int backend);

    /**
     * The connection of this member, which alone had these messages, broke, and another member leads meanwhile: they are lost. The new leader
     * found nobody who had led before, so it does not know.
     *
     * @param messages their number, 1 or more
     */
    void lost(int messages);

    /** The end: release everything that this member still has. Requested again if memory was lacking. */
    void stopped();
}
