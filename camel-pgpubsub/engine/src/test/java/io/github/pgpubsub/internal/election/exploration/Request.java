package io.github.pgpubsub.internal.election.exploration;

import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Lock;

/** A session's request to the server, in the session's order: executed in one step, answered in another. */
sealed interface Request {

    record Listen() implements Request {}

    record Send(ControlMessage message) implements Request {

        @Override
        public String toString() {
            return "says " + message.encode();
        }
    }

    record Unlock(Lock lock) implements Request {}

    record Unshare(Lock lock) implements Request {}

    record Share(Lock lock) implements Request {}

    /** @param tried null: none */
    record Look(Lock tried) implements Request {}

    record Terminate(int backend, Lock lock) implements Request {}

    /** @param result further content of the answer; null: none */
    record Answer(Request request, Object result) {

        @Override
        public String toString() {
            return result == null ? request.toString() : request + " -> " + result;
        }
    }
}
