package io.github.pgpubsub.publish;

import java.util.concurrent.atomic.AtomicReference;

/** A notification on its way to the server. */
final class Outgoing {

    private enum State {
        WAITING, SENT, DONE
    }

    final String channel;
    final String payload;
    final long deadline;
    private final PublishCallback callback;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    Outgoing(String channel, String payload, long deadline, PublishCallback callback) {
        this.channel = channel;
        this.payload = payload;
        this.deadline = deadline;
        this.callback = callback;
    }

    /** Takes it into a batch. False: its sender has given up meanwhile. */
    boolean send() {
        return state.compareAndSet(State.WAITING, State.SENT);
    }

    /** Whether giving up now leaves the outcome open. */
    boolean isSent() {
        return state.get() == State.SENT;
    }

    /** Tells the sender, once; null means committed. False: it knew already. */
    boolean complete(Exception failure) {
        if (state.getAndSet(State.DONE) == State.DONE) {
            return false;
        }
        callback.done(failure);
        return true;
    }
}
