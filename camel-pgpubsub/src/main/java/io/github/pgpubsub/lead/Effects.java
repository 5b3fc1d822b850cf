package io.github.pgpubsub.lead;

/** What a {@link Leadership} wants done. Called from within its event methods, never otherwise. */
public interface Effects {

    /** Listen to the group's control channel. */
    void listenToControl();

    /** Try the leader's lock; the answer comes as {@link Leadership#locked}. */
    void tryLock();

    /** Give the leader's lock back; the answer comes as {@link Leadership#unlocked}. */
    void unlock();

    /** Commit a message on the group's control channel. */
    void send(ControlMessage message);

    /** Begin to take in messages of the data channel. */
    void lead();

    /** Take in nothing more, finish what has been taken in, then call {@link Leadership#drained}. */
    void drain();

    /** The orderly end. */
    void stopped();
}
