package io.github.pgpubsub.internal.election;

import java.time.Duration;

/**
 * How a member behaves.
 *
 * @param acquireInterval how often a lock is tried
 * @param leaderTimeout   silence after which a leader is deposed; zero: never
 * @param standbyBuffer   messages that a standby keeps at most; 0: none
 */
public record LeadOptions(Duration acquireInterval, Duration leaderTimeout, int standbyBuffer) {}
