package io.github.pgpubsub.lead;

import java.util.EnumSet;
import java.util.Set;

/** What a member is in its group; see the package's picture. */
public enum Role {
    /** Without a stream. */
    DISCONNECTED,
    /** Waits for the standby's place and listens to nothing. */
    COLD,
    /** Holds the standby's place and keeps what the leader has not reported done. */
    STANDBY,
    /** Holds the leader's lock and waits for its own take-over message to come by. */
    TAKING_OVER,
    /** Takes messages in. */
    LEADER,
    /** Takes in nothing more and finishes what has begun. */
    RESIGNING,
    /** Has left in an orderly way. It may take part again later, as if it were new. */
    STOPPED;

    /** Whether a member in this role can come into that one. Whoever loses the stream is disconnected, whatever it was. */
    boolean mayBecome(Role next) {
        return next().contains(next);
    }

    Set<Role> next() {
        return switch (this) {
            case DISCONNECTED -> EnumSet.of(COLD, STOPPED);
            case COLD -> EnumSet.of(STANDBY, TAKING_OVER, DISCONNECTED, STOPPED);
            case STANDBY -> EnumSet.of(TAKING_OVER, DISCONNECTED, STOPPED);
            case TAKING_OVER -> EnumSet.of(LEADER, DISCONNECTED, STOPPED);
            case LEADER -> EnumSet.of(RESIGNING, DISCONNECTED);
            case RESIGNING -> EnumSet.of(STOPPED, DISCONNECTED);
            case STOPPED -> EnumSet.of(DISCONNECTED);
        };
    }
}
