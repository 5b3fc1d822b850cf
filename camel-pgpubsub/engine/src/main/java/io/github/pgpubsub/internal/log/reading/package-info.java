/**
 * Reads a kept channel for one shard of one group: each committed message is handed out, in an order that respects commits,
 * until it is complete.
 *
 * <p>{@link io.github.pgpubsub.internal.log.reading.Reader} is a state machine without I/O and without a clock, so a simulation
 * can test it. Events come in as calls; requests go out through {@link io.github.pgpubsub.internal.log.reading.Effects}, and
 * each answer repeats the ticket of its request. Each state is a class. {@code Term} holds what a leadership keeps from step 0
 * to its end, {@code InHand} what is handed out, {@code Retries} what failed, {@code Acknowledging} when the place moves.
 *
 * <pre>
 *          leads and connected       workers idle             place taken
 *   AWAY ───────────────────▶ DRAINING ─────────▶ TAKING ───────────────┬──────────────┐
 *    ▲                                            step 0                │ no window    │ a window is open
 *    │                                                                  ▼              ▼
 *    │ lead or connection lost, deposed,            got the lock    LOOKING ───────▶ READING
 *    │ the place differs, the group is gone      ┌──────────────────┤  ▲   opened     │
 *    └────── from each state but STOPPED         ▼                  │  └──────────────┘
 *                                             ASLEEP ───────────────┘     all complete
 *                                          second look, woken, poll; no wake-ups are heard
 *
 *   stop: LOOKING, ASLEEP, READING → RELEASING → STOPPED; AWAY → STOPPED
 * </pre>
 *
 * <p><b>Why nothing is lost.</b> A window is what a later snapshot sees and an earlier one does not, and each window begins with
 * the snapshot at which the last one ended. So a committed row falls into exactly one window, however late it commits. Two
 * queries cover a window. A transaction with an xid above {@code done.xid} drew all its ids after the sequence was read, so its
 * rows have ids above {@code done.maxId}. Rows with ids up to {@code done.maxId} therefore belong to stragglers, which are found
 * by xid; all others are found by id. No row that {@code upto} sees has an id above {@code upto.maxId}, because ids are drawn
 * before commit and the sequence is read after the snapshot. The place moves to the end of a window only when every message in
 * it is complete, and within the window to the last id before which all are complete, in whatever order they complete.
 *
 * <p><b>Why nobody else can hide a message.</b> Each update names epoch and owner, so a deposed reader changes nothing; the
 * epoch alone is given out again after an asynchronous fail-over. Each update also names the window: behind a pooler a reader
 * can go on at a new primary that has its name, but lacks its last windows. A snapshot is stored by the transaction that took
 * it, so the xid of this transaction protects all xids in the snapshot from being drawn again on a new primary that has the
 * place. Where a window ends with another reader's snapshot ({@link io.github.pgpubsub.internal.log.reading.SharedEnds}), that transaction was
 * committed before, so whoever has this place has that transaction, too. {@code last_id} never goes back, for an exchange's transaction may have overtaken an acknowledgement.
 *
 * <p><b>Why nothing comes twice unmarked.</b> A window is stored, durably, before its first message is handed out. Step 0 of a
 * new owner marks the rest of an open window, unless the former owner gave the place back and so said that nothing was handed
 * out that is not complete. If the timeline is another, windows may have been opened and completed of which this server knows
 * nothing, and everything up to the sequence's value is marked. The mark is stored ({@code redeliveredId}), for the new owner
 * may die, too. After a mere loss of a connection the place still has this reader's owner and window; on the same timeline
 * nobody has led since, so {@code Remnant} may say what has completed and what had not begun. On another timeline it says what has completed, but
 * not with {@code ackMode=transaction}, nor from the first parked message on: these effects may be gone, and then the place has not
 * moved either. For the same reason every move within a window, by an acknowledgement, by parking, or by an exchange's transaction, asks
 * for the timeline of step 0. And what counts as complete because it is in the database is durable there when it does: a crash takes back
 * no more than acknowledgements.
 *
 * <p><b>Why cause comes before effect.</b> A writer that has seen a row committed draws a higher id, and each snapshot that sees
 * the later row sees the earlier one. So the earlier row is in an earlier window or before it in the same one. A message that
 * is tried again or parked holds those behind it. Workers finish what an earlier leadership of this process handed out before
 * the next one begins, for at most {@code leaderTimeout}.
 *
 * <p><b>Why no wake-up is lost.</b> A reader sleeps only while it holds the exclusive lock, and looks once more after it got it.
 * A writer whose trigger ran before holds the lock shared until its commit is visible: either the reader does not get the lock,
 * or the look sees the rows. A writer whose trigger runs later can't share the lock, and notifies.
 *
 * <p><b>Bounds.</b> Messages in hand, in number and bytes; one page under way; one acknowledgement under way; one message over
 * the limit if nothing else is in hand. Failures are answered with pauses that double; a leader that can't read for
 * {@code leaderTimeout} gives up the lead. Attempts are counted within a leadership: a message that kills its process is not
 * parked.
 */
@NullMarked
package io.github.pgpubsub.internal.log.reading;

import org.jspecify.annotations.NullMarked;
