package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * How a member stands in its group, and what it knows of the others.
 *
 * @param role        what it is
 * @param roleFor     how long it has been that
 * @param leader      backend that leads, 0: none known
 * @param leaderFor   how long that has led; null: not known, as to those that only wait for a place
 * @param standby     backend that is next in line, 0: none known
 * @param inStep      whether the standby is known to hold all that the leader has not done: then nothing is lost if that dies
 * @param undeposable backend that leads, shows no life and may not be ended by this user, 0: none
 */
public record GroupStatus(
        Role role, Duration roleFor, int leader, Duration leaderFor, int standby, boolean inStep, int undeposable) {}
