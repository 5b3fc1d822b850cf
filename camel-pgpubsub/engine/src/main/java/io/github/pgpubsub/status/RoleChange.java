package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * What a member has become in its group.
 *
 * @param from   its role before
 * @param to     its role now; the same as before when only being in step has changed
 * @param inStep whether, as standby, it now holds all that the leader has not done
 * @param reason why, for people
 * @param after  how long it had the role before
 */
public record RoleChange(Role from, Role to, boolean inStep, String reason, Duration after) {}
