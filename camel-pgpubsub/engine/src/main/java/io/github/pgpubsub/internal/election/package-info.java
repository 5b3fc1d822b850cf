/**
 * Who receives: of all members of a group, one at a time, and nothing is lost when it changes.
 *
 * <p>A member is a session, a channel and a group. {@link io.github.pgpubsub.internal.election.Leadership} is one member's part: a state
 * machine without I/O and without a clock. Events come in as calls; what it wants goes out through
 * {@link io.github.pgpubsub.internal.election.Effects}. That makes it testable by simulation. Each role is a class: {@code Cold},
 * {@code Standby}, {@code TakingOver}, {@code Leader}, {@code Resigning}, {@code Disconnected}, {@code Stopped}. What a standby
 * learns and later inherits is its {@code Following}; what a leader has from its first to its last moment is its {@code Term}.
 *
 * <pre>
 *                    connected            got the standby's place       got the leader's lock
 *   DISCONNECTED ───────────────▶ COLD ───────────────────────▶ STANDBY ────────────────────▶ TAKING_OVER
 *        ▲                         │   the lock free for long,      │                              │
 *        │                         └───────────────────────────────────────────────────────────────┤ own TAKEOVER
 *        │ the stream breaks: the server frees all locks            │                              ▼ came by
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
 * <p><b>Two sentences carry it.</b> The leader's lock is a session-level advisory lock on the listening connection itself:
 * who loses the stream loses the lock, and who holds the lock has the stream. And all sessions of a database see one total
 * order of notifications over all channels, their own included (PostgreSQL source, async.c: the queue is written under one
 * lock at commit), so members can agree on places <i>inside</i> the stream: a control message is a notification too, and
 * everyone sees it at the same place among the data.
 *
 * <p><b>How nothing is lost.</b> The leader reports inside the stream up to where everything is complete (PROGRESS, a
 * {@link io.github.pgpubsub.internal.election.Reference}). The standby keeps everything from its JOIN on and drops what lies before the
 * report. It is <i>in step</i> while the reported place is one that it holds. Who gets the lock sends TAKEOVER and waits
 * until that comes by, which proves that it has read everything earlier; then it delivers what it kept, and goes on.
 *
 * <p><b>How nothing comes twice.</b> A leader that stops tells the standby so, which from then on drops nothing and confirms
 * if it is in step. Then the leader begins no more, finishes what has begun, reports exactly up to where (RESIGN), commits
 * that, gives the lock back, commits VACANT. A standby that is not in step answers that it holds everything from the notice on,
 * and the leader finishes what lies before. A standby that is stopped meanwhile is needed and stays until it has handed on. A
 * leader that dies can't report; what came after its last report comes again, marked, under the same
 * {@link io.github.pgpubsub.MessageId}.
 *
 * <p><b>How losses are told.</b> Whoever leads without having been in step tells a gap. It is a first one, where nothing can
 * have been missed, only if nobody present has seen anybody lead: who has, holds {@link io.github.pgpubsub.internal.election.Lock#WITNESS}.
 * A gap has no place of its own in the stream, so reports say that one is still to be told. What a member had when its stream
 * broke is a {@link io.github.pgpubsub.internal.election.Remnant}, which may be delivered only where nobody can have led and left since.
 *
 * <p><b>How names agree.</b> A message is named by the leader's last marker before it. Who has just joined does not know that
 * marker: the leader's first answer tells it, and until that is committed no message behind the JOIN begins.
 *
 * <p><b>How two never begin messages at once.</b> A leader begins messages only while two things hold: it has heard from the
 * server that it leads within half of {@code leaderTimeout} (its own marker came by, or a sign of life that depends on the
 * lock was committed), and its connection has shown life within its grace, which is
 * {@link io.github.pgpubsub.internal.election.Leadership#GRACE} and two round trips, and which its messages announce. Who takes over from a
 * leader that has not resigned waits that long first.
 *
 * <p><b>Who is believed.</b> Anybody may NOTIFY on the control channel. Of what leaders say, only messages of the backend
 * that holds the lock count, or of the one that it named for signs of life; an unknown sender is looked up in
 * {@code pg_locks}. What it has said is kept until then, with the place where it came by: the stream goes on meanwhile, and a
 * report that is put at a later place would let the standby drop what nobody has done. A leader believes only the backend that
 * holds the standby's place.
 *
 * <p>The whole argument, the messages and what is not promised: {@code docs/leadership.md}.
 */
package io.github.pgpubsub.internal.election;
