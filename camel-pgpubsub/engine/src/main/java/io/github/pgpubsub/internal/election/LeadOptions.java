package io.github.pgpubsub.internal.election;

import java.time.Duration;

/**
 * The options of a member.
 *
 * @param acquireInterval interval between attempts to take a lock
 * @param leaderTimeout   silence after which a leader is deposed; zero: never
 * @param standbyBuffer   maximum number of messages that a standby keeps; 0: none
 */
public record LeadOptions(Duration acquireInterval, Duration leaderTimeout, int standbyBuffer) {}
