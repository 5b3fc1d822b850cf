package io.github.pgpubsub.internal.election.exploration;

/**
 * One thing that can happen next.
 *
 * @param member to whom; -1: to none
 */
record Choice(int member, Kind kind) {

    enum Kind {
        /** The answer to what the session has asked arrives. */
        ANSWER,
        /** The server executes what the session asks next. */
        EXECUTE,
        /** The session reads one notification. */
        READ,
        /** The session hears that everything it had delivered is complete. */
        DRAINED,
        /** The session finds its connection broken. */
        NOTICE,
        /** The session connects. */
        CONNECT,
        /** The session of a process that was frozen looks at its timers before anything else. */
        TICK,
        /** The route begins with a message, or handles a gap. */
        BEGIN,
        /** The route is done with the message. */
        COMPLETE,
        /** A writer commits a message. */
        PUBLISH,
        /** Time passes, and the timers of all are looked at. */
        TIME,
        /** The frozen process goes on. */
        THAW,
        // The script: each member may meet with one of these once.
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
