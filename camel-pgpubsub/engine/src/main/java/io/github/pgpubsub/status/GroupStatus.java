package io.github.pgpubsub.status;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a member in its group, and what it knows of the other members.
 *
 * @param role        the member's role
 * @param roleFor     how long it has had this role
 * @param leader      backend of the leader; 0: none known
 * @param leaderFor   how long this leader has led; null: unknown, as on a cold member
 * @param standby     backend of the standby; 0: none known
 * @param inStep      whether the standby is known to hold all unfinished messages, so that nothing is lost if the leader dies
 * @param undeposable backend of a leader that shows no sign of life and that this user may not end; 0: none
 */
public record GroupStatus(
        Role role, Duration roleFor, int leader, @Nullable Duration leaderFor, int standby, boolean inStep, int undeposable) {

    /** The same, with another value of {@code undeposable}. */
    public GroupStatus withUndeposable(int backend) {
        return backend == undeposable ? this : new GroupStatus(role, roleFor, leader, leaderFor, standby, inStep, backend);
    }
}
