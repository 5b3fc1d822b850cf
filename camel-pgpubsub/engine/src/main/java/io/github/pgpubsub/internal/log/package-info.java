/**
 * The log of kept messages: {@link io.github.pgpubsub.internal.log.Log} is the door, {@code log.sending} sends, and the rest of this
 * package receives: the I/O around the state machine of {@code log.reading}.
 *
 * <p>A {@link io.github.pgpubsub.internal.log.LogReader} is a thread with a reading connection, one for each database and process, and
 * serves all groups. Each group has a {@link io.github.pgpubsub.internal.log.GroupReader}, which passes the events of the thread's loop to
 * its {@code Reader}, and {@link io.github.pgpubsub.internal.log.GroupEffects}, which does what the {@code Reader} asks for: windows by
 * {@link io.github.pgpubsub.internal.log.WindowEffects}, pages by {@link io.github.pgpubsub.internal.log.PageEffects}. Requests go into one queue
 * ({@link io.github.pgpubsub.internal.log.RequestQueue}). The loop runs them one after another and hands each answer to its reader before
 * it runs the next one. So answers come in the order of the requests, and never within a call. Other threads post commands. A request may wait
 * behind those of other groups for seconds. If the lead is lost meanwhile, the place's conditions refuse what would move it, and step 0, which
 * has no such conditions, is not run.
 *
 * <pre>
 *                            LogReader (thread) ── events ──▶ GroupReader ──▶ Reader (log.reading)
 *                              ▲    ▲        ▲                                  │
 *      WakeUps (a writer woke) ┘    │        └── done, failed ── workers        ▼
 *                                   │                              ▲   GroupEffects, WindowEffects
 *   server ◀══ LogConnection ◀── RequestQueue ◀────────────────────┼────────────┤
 *              Places, Windows                                     └─ WorkQueue ◀┘      Lead: the election, which passes no messages
 * </pre>
 *
 * <p>A group that is far behind would make the others wait for its pages. If other groups share the thread, its pages are read by
 * {@link io.github.pgpubsub.internal.log.FarPages} on a second connection and thread, and their answers are posted to the loop. All that opens
 * a window or moves a place stays on the first connection, so fencing knows nothing of the second one. A page is the same on each connection
 * to the same run of the same server; the second connection is used only for as long as that is certain, never through a pooler. Its loss means
 * that the first connection reads the page; the loss of the first one makes its answers worthless, as the place is taken anew.
 *
 * <p>Wake-ups are heard by the session that holds the leaders' locks ({@link io.github.pgpubsub.internal.log.SessionWakeUps}). The sleep lock
 * is held by the reading session, so it is lost with the connection whose loss makes the reader begin anew. Behind a transaction pooler there is
 * none, and the reader polls. A reader falls asleep, and sleeps on, only while wake-ups are heard ({@link io.github.pgpubsub.internal.log.WakeUps}), and looks when
 * they are heard again.
 *
 * <p>Round trips are what an idle message waits for, and what a window costs under load. A window comes with its first page; the end of a
 * window and the opening of the next one are one statement; both parts of a page are read together; a page is handed to the workers as a whole,
 * and their completions are collected ({@link io.github.pgpubsub.internal.log.Completions}).
 *
 * <p>Now and then the thread has old messages removed ({@link io.github.pgpubsub.internal.log.Rotation}; {@link io.github.pgpubsub.internal.log.RotationTrouble}
 * tells operators what keeps them) and shows that its groups are in use
 * ({@link io.github.pgpubsub.internal.log.Upkeep}).
 *
 * <p>{@link io.github.pgpubsub.internal.log.Neighbours} asks on the listening session, at a consumer's start, whether others use its channel's
 * name for the other kind of channel.
 *
 * <p>A worker begins a message only while {@code Lead.mayProcess} holds, so a process that resumes after a freeze begins nothing that its
 * successor may have. A message that was begun before is completed, and its acknowledgement is refused. A lead that was lost and won again is
 * another one, with another {@code term}: the reading thread, which may be busy for seconds, has to look at the place before anything begins.
 *
 * <p><b>Batches.</b> A worker takes as many messages as the handler wants at once, of one leadership and one window. Until then they are in the
 * queue, where the reading thread can withdraw them. A batch waits only while the reader is about to hand out more ({@code handsOutMore}): the
 * next window is opened when this one is complete, so waiting for it would be in vain. Messages that come one by one gather before, in the log:
 * {@link io.github.pgpubsub.internal.log.Linger} opens no window before there is a batch or the oldest message is old enough. Opening later is
 * always right. What becomes of a batch is told for all of its messages within one event, and those that are delivered again have the same time.
 *
 * <p>A {@link io.github.pgpubsub.internal.log.Reception} is one subscription: its place ({@code GroupReader}), its workers, its lead and
 * its end. A subscription with {@code singleListener=false} has a place that is its own, with a name that no other one has and a short expiry,
 * and leads it without an election ({@code OwnLead}). The place is removed at an orderly end; after a crash it expires. A lead that is given
 * up is given back at once, and a thread of the engine, never the application's executor, joins the election again a second later.
 *
 * <p><b>One read for all shards of a process.</b> Each shard has a reader, a place and windows of its own. {@link
 * io.github.pgpubsub.internal.log.Siblings} makes the windows equal: who opens one while another shard's ends later than where it begins takes over
 * that end ({@code log.reading.SharedEnds} tells when it may), and the statement looks whether a place on this server has it. Equal windows have
 * common pages ({@link io.github.pgpubsub.internal.log.SharedPages}), which {@link io.github.pgpubsub.internal.log.PageEffects} hands to each
 * reader as if it had asked for its own. Whatever goes wrong with that, a reader can ask for the page that follows what it has got.
 *
 * <p><b>Shards.</b> A subscription to a group with several shards is a {@code ShardedReception}: a {@code Reception} for each shard whose
 * election it takes part in, all on the same {@code LogReader}. {@code ShardMember} has the thread in which {@code log.sharding} decides
 * which ones these are, and {@code ShardMarks} shows the members to each other. A shard is given back as any subscription ends, while
 * the others go on. Each shard has workers of its own, on threads of the client's pool ({@code internal.work}), which take turns
 * ({@code Turns}), so one slow route has as many threads at work as {@code concurrency} says, whatever the number of shards. The place's row says how many shards the group has, and step 0 finds no place
 * for a reader that believes in another number.
 *
 * <p><b>What a worker does with a message, or a batch of them,</b> is a {@code Handling}. Usually it calls the handler, and the message is
 * complete, or it failed. With {@code ackMode=manual} it stays in hand until somebody acknowledges that attempt. With {@code ackMode=transaction}
 * ({@code InTransaction}) the message's effects and the place are committed together:
 *
 * <ul>
 * <li>The transaction begins by reading the place. If epoch, owner or window are not those under which the message was handed out, it
 *     does nothing. If {@code last_id} has reached the message, an earlier attempt is committed, and the handler is not called.</li>
 * <li>Its last statement moves {@code last_id} under the same epoch, owner and window. If that updates nothing, it is rolled back. From
 *     there on the row is locked, so nobody takes the lead before the outcome is decided; the server ends the session if the commit does
 *     not follow within the {@code leaderTimeout}.</li>
 * <li>Whenever it is not known whether it is committed, the reader begins anew with step 0, which reads the place. One worker hands one
 *     message, or one batch, at a time to the handler, in order, so {@code last_id} says that all before it is complete.</li>
 * </ul>
 *
 * A failure counts as the message's when the handler threw and the transaction's connection still works, or when a constraint failed at
 * the commit. A lost connection, a missing connection and a serialization failure (40001) are no message's fault: it is tried again,
 * after pauses that grow to five seconds.
 *
 * <p>Own messages that a subscription leaves out are complete as soon as they are read. A page waits while the common limit of memory is
 * exceeded, but a subscription with nothing in hand always gets one message. Listeners are called by the callback executor, never by the
 * reading thread.
 */
@NullMarked
package io.github.pgpubsub.internal.log;

import org.jspecify.annotations.NullMarked;
