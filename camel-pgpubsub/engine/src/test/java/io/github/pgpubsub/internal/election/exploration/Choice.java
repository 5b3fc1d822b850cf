package io.github.pgpubsub.internal.election.exploration;

/**
 * One thing that can happen next.
 *
 * @param member the member that it concerns; -1: none
 */
record Choice(int member, Kind kind) {

    enum Kind {
        /** The answer to the session's request arrives. */
        ANSWER,
        /** The server executes the session's next request. */
        EXECUTE,
        /** The session reads one notification. */
        READ,
        /** The session learns that everything it has delivered is complete. */
        DRAINED,
        /** The session finds its connection broken. */
        NOTICE,
        /** The session connects. */
        CONNECT,
        /** The session of a formerly frozen process checks its timers before anything else. */
        TICK,
        /** The route begins with a message, or handles a gap. */
        BEGIN,
        /** The route is done with the message. */
        COMPLETE,
        /** A writer commits a message. */
        PUBLISH,
        /** Time passes, and all timers are checked. */
        TIME,
        /** The frozen process continues. */
        THAW,
        // The script: each member may suffer each of these once.
        STOP, DIE, FREEZE, LOSE;

        boolean isFault() {
            return ordinal() >= STOP.ordinal();
        }
    }

    @Override
    public String toString() {
        return (member < 0 ? "" : (char) ('A' + member) + " ") + kind;
    }
}
