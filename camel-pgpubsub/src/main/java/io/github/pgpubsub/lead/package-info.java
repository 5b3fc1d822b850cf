/**
 * Who receives: of all members of a group, one at a time.
 *
 * <p>A member is a session, a channel and a group. The lock that makes it the leader is a session-level advisory lock on the
 * listening connection itself: who loses the stream loses the lock, and who holds the lock has the stream.
 *
 * <pre>
 *                 connected             got the lock
 *   DISCONNECTED ──────────▶ STANDBY ──────────────▶ LEADER ──────────▶ RESIGNING ─────▶ STOPPED
 *        ▲                      │                      │       stop                unlocked,
 *        └──────────────────────┴──────────────────────┘                          VACANT sent
 *                    the stream breaks: the server frees the lock
 * </pre>
 *
 * <p>A standby tries the lock every {@code acquireInterval}, which finds a leader that died, and at once when it hears VACANT
 * on the group's control channel, which a leader sends after it has given the lock back. It never blocks on the lock: a
 * blocked {@code pg_advisory_lock} pins {@code backend_xmin} and so stops vacuum for the whole database.
 *
 * <p>{@link io.github.pgpubsub.lead.Leadership} does no I/O and knows no clock: events come in as calls, and what it wants
 * goes out through {@link io.github.pgpubsub.lead.Effects}.
 */
package io.github.pgpubsub.lead;
