package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.Role;
import java.time.Duration;

/**
 * The state of a member as other threads see it: an immutable snapshot. The session's thread makes a new one after each change.
 *
 * @param roleSince   System.nanoTime
 * @param leader      the leader's backend, as far as this member knows; 0: none known
 * @param leaderSince System.nanoTime; {@link Leadership#NEVER}: unknown
 * @param standby     the standby's backend, as far as this member knows; 0: none known
 * @param undeposable backend of a leader that shows no sign of life and that this user may not end; 0: none
 */
record MembershipView(Role role, long roleSince, int leader, long leaderSince, int standby, boolean inStep, int undeposable) {

    /** The view before the first connection. */
    static MembershipView disconnected(long now) {
        return new MembershipView(Role.DISCONNECTED, now, 0, Leadership.NEVER, 0, false, 0);
    }

    /** The view of the leadership's current state. */
    MembershipView of(Leadership<?> leadership, long newRoleSince) {
        return new MembershipView(leadership.role(), newRoleSince, leadership.leader(), leadership.leaderSince(),
                leadership.standby(), leadership.isInStep(), undeposable);
    }

    MembershipView withUndeposable(int backend) {
        return new MembershipView(role, roleSince, leader, leaderSince, standby, inStep, backend);
    }

    boolean leads() {
        return role == Role.LEADER;
    }

    GroupStatus status(long now) {
        return new GroupStatus(role, Duration.ofNanos(now - roleSince), leader,
                leaderSince == Leadership.NEVER ? null : Duration.ofNanos(now - leaderSince), standby, inStep, undeposable);
    }
}
