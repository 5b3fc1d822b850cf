/**
 * Decides which member of a group receives: one at a time, and a change of the receiver loses nothing.
 *
 * <p>Each combination of a session, a channel and a group is one member. {@link io.github.pgpubsub.internal.election.Leadership} is one member's part:
 * a state machine without I/O and without a clock, so a simulation can test it. Events come in as calls; requests go out through
 * {@link io.github.pgpubsub.internal.election.Effects}. Each role is a class: {@code Cold}, {@code Standby}, {@code TakingOver},
 * {@code Leader}, {@code Resigning}, {@code Disconnected}, {@code Stopped}. {@code Following} holds what a standby learns and
 * later inherits, {@code Term} what a leader keeps from its first to its last moment.
 *
 * <pre>
 *                    connected            got the standby's lock        got the leader's lock
 *   DISCONNECTED ───────────────▶ COLD ───────────────────────▶ STANDBY ────────────────────▶ TAKING_OVER
 *        ▲                         │   the lock free for long,      │                              │
 *        │                         └───────────────────────────────────────────────────────────────┤ own TAKEOVER
 *        │ the stream breaks: the server frees all locks            │                              ▼ arrived
 *        └──────────────────────────────────────────────────────────┴────────────────────────── LEADER
 *                                                                   │ stop                         │ stop
 *                                                                   ▼                              ▼
 *                                                                STOPPED ◀──────────────────── RESIGNING
 *                                                                    last report, unlock, VACANT
 *
 *   DISCONNECTED → COLD, STOPPED
 *   COLD         → STANDBY, TAKING_OVER, DISCONNECTED, STOPPED
 *   STANDBY      → TAKING_OVER, DISCONNECTED, STOPPED
 *   TAKING_OVER  → LEADER, DISCONNECTED, STOPPED
 *   LEADER       → RESIGNING, DISCONNECTED
 *   RESIGNING    → DISCONNECTED, STOPPED
 *   STOPPED      → DISCONNECTED
 * </pre>
 *
 * <p><b>Two facts are the base.</b> The leader's lock is a session-level advisory lock on the listening connection itself: a
 * member that loses the stream loses the lock, and the holder of the lock has the stream. And all sessions of a database see one
 * total order of notifications over all channels, their own included (PostgreSQL source, async.c: the queue is written under one
 * lock at commit). So members can agree on positions <i>in</i> the stream ({@code Places}): a control message is a notification,
 * too, and every member sees it at the same position among the data.
 *
 * <p><b>How nothing is lost.</b> The leader reports in the stream up to which position everything is complete (PROGRESS, with a
 * {@link io.github.pgpubsub.internal.election.Reference}). The standby keeps everything from its JOIN on, and drops the messages
 * before the reported position. It is <i>in step</i> while it holds everything from this position on. A member that gets the
 * leader's lock sends TAKEOVER and waits until this message arrives in the stream, which proves that it has read everything
 * earlier. Then it delivers the messages it has kept, and continues with the stream.
 *
 * <p><b>How nothing comes twice.</b> A stopping leader gives notice to the standby, which from then on drops nothing and confirms
 * if it is in step. Then the leader begins no further message, finishes the messages that have begun, reports the exact position
 * (RESIGN), commits the report, gives back the lock, and commits VACANT. A standby that is not in step answers that it holds
 * everything from the notice on, and the leader finishes the messages before. A standby that is stopped meanwhile is needed, and
 * stays until it has handed over. A leader that dies can't report: the messages after its last report come again, marked, with
 * the same {@link io.github.pgpubsub.MessageId}.
 *
 * <p><b>How losses are reported.</b> A member that leads without having been in step reports a gap. The gap is a first gap,
 * before which nothing can have been missed, only if no present member has seen a leader: a member that has seen a leader holds
 * {@link io.github.pgpubsub.internal.election.Lock#WITNESS}. A gap has no position of its own in the stream, so the leader's
 * reports say that a gap is still to be handled. The messages that a member had when its stream broke are a
 * {@link io.github.pgpubsub.internal.election.Remnant}, which may be delivered only if nobody can have led and left since.
 *
 * <p><b>How names agree.</b> A message is named by the leader's last marker before it. A new standby does not know this marker.
 * The leader's first answer names it, and until the answer is committed no message behind the JOIN begins, unless the memory for
 * waiting messages is exceeded.
 *
 * <p><b>How two never begin messages at once.</b> A leader begins messages only under two conditions. Within half of
 * {@code leaderTimeout}, the server has confirmed that it leads (its own marker has arrived, or a sign of life that depends on
 * the lock was committed). And within its grace, its connection has shown life. The grace is
 * {@link io.github.pgpubsub.internal.election.Leadership#GRACE} and two round trips, and the leader's messages announce it. A
 * member that takes over from a leader that has not resigned waits for this grace first. {@code Term} decides which messages go to the
 * queue, and {@code DeliveryQueue.take} asks the {@code Lease} right before each message begins.
 *
 * <p><b>When a leader ends.</b> It is never replaced by a better one. It ends when it stops, when it can't receive and a standby is in step
 * ({@code SteppingAside}), when it loses the lock or the connection, and when it is deposed because it was silent.
 *
 * <p><b>Who is believed.</b> Anybody may NOTIFY on the control channel. A leader's messages count only if they come from the
 * backend that holds the lock, or from the backend that it named for signs of life. An unknown sender is looked up in
 * {@code pg_locks}. Until then its messages are kept with their position: the stream goes on meanwhile, and a report that is put
 * at a later position would let the standby drop messages that nobody has done. A leader believes only the backend that holds the
 * standby's lock.
 *
 * <p>For the whole argument, the messages and the limits see {@code docs/election.md}.
 */
@NullMarked
package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.NullMarked;
