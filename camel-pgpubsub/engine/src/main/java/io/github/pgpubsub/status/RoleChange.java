package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * A change of a member's role in its group.
 *
 * @param from   the former role
 * @param to     the new role; equal to {@code from} if only {@code inStep} has changed
 * @param inStep whether the member, as standby, now holds all messages that the leader has not done
 * @param reason the reason, for people
 * @param after  how long the member had the former role
 */
public record RoleChange(Role from, Role to, boolean inStep, String reason, Duration after) {}
