package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Leadership} wants done. Called from within its event methods, never otherwise. Answers may come within the
 * call or later, but in the order of the requests, and a message is committed before a later lock call is made.
 */
public interface Effects<M> {

    /** Hold that lock, shared: {@link Lock#PRESENCE} or {@link Lock#WITNESS}. */
    void share(Lock lock);

    /** Hold that shared lock no longer. */
    void unshare(Lock lock);

    /** Try a lock (null: none), then look who holds which; the answer comes as {@link Leadership#polled}. */
    void poll(@Nullable Lock tried);

    /** Give a lock back; the answer comes as {@link Leadership#unlocked}. */
    void unlock(Lock lock);

    /** Listen to the data channel and the control channel. */
    void listen();

    /** Commit a message on the control channel; the answer comes as {@link Leadership#sent}. */
    void send(ControlMessage message);

    /** End that backend if it still holds that lock; the answer comes as {@link Leadership#terminated}. */
    void terminate(int backend, Lock lock);

    /** Whether the handler's queue takes another entry. */
    boolean hasRoom();

    /** Whether it takes another one whose memory is counted already. */
    boolean hasRoomForHeld();

    /** Put an entry into the handler's queue. */
    void deliver(Entry<M> entry);

    /**
     * Let the handler begin messages (again), as long as the lease that is renewed by {@link #renewLease} lasts.
     *
     * @param from all places before this one are complete
     */
    void open(long from);

    /** As {@link #open}, without a lease: this member leaves, and nobody else has or will get what is delivered from now on. */
    void openUnfenced(long from);

    /**
     * The lease begins at this time (System.nanoTime).
     *
     * @param grace how old the last proof of the connection may be when a message begins, nanoseconds; whoever takes over
     *              unannounced waits at least as long
     */
    void renewLease(long since, long grace);

    /** Let the handler begin no more and take back what it has not begun. */
    List<Entry<M>> withdraw();

    /** All places before this one are complete. */
    long watermark();

    /** No place from this one on has begun. Of those before it some may be complete and some not. */
    long begunUpTo();

    /** Whether a gap was delivered that the handler has not handled yet. */
    boolean isGapUnhandled();

    /** Whether all that was delivered is complete. */
    boolean isIdle();

    /** Call {@link Leadership#drained} as soon as all that was delivered is complete. */
    void awaitIdle();

    /** Another role, or in step or not. Shown to operators. */
    void changed(Role role, boolean inStep, String reason);

    /** The backend that holds the lock shows no life and may not be ended by this user. */
    void cannotDepose(int backend);

    /** The orderly end: nothing of this member is left. */
    void stopped();
}
