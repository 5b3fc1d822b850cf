package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.EnumSet;
import java.util.Set;

/** The permitted changes of role. When the stream breaks, every role except STOPPED ends in DISCONNECTED. */
final class Transitions {

    private Transitions() {}

    static boolean allow(Role from, Role to) {
        return from(from).contains(to);
    }

    static Set<Role> from(Role role) {
        return switch (role) {
            case DISCONNECTED -> EnumSet.of(Role.COLD, Role.STOPPED);
            case COLD -> EnumSet.of(Role.STANDBY, Role.TAKING_OVER, Role.DISCONNECTED, Role.STOPPED);
            case STANDBY -> EnumSet.of(Role.TAKING_OVER, Role.DISCONNECTED, Role.STOPPED);
            case TAKING_OVER -> EnumSet.of(Role.LEADER, Role.DISCONNECTED, Role.STOPPED);
            case LEADER -> EnumSet.of(Role.RESIGNING, Role.DISCONNECTED);
            case RESIGNING -> EnumSet.of(Role.STOPPED, Role.DISCONNECTED);
            case STOPPED -> EnumSet.of(Role.DISCONNECTED);
        };
    }
}
