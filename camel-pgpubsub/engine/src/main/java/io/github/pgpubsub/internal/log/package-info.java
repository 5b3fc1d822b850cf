/**
 * Receives kept messages: the I/O around the state machine of {@code log.reading}.
 *
 * <p>A {@link io.github.pgpubsub.internal.log.LogReader} is a thread with a reading connection, one for each database and process, and
 * serves all groups. Each group has a {@link io.github.pgpubsub.internal.log.GroupReader} with its
 * {@code Reader}: events come from the thread's loop, requests go into one queue, and the loop runs them one after another and hands each
 * answer to its reader before it runs the next one. So answers come in the order of the requests, and never within a call. Other threads
 * post commands.
 *
 * <pre>
 *   server ◀══ LogConnection ◀── LogReader (thread) ──▶ GroupReader ──▶ Reader
 *                                    ▲    ▲                 │
 *            WakeUps (a writer woke) ─┘    │ done, failed    ▼
 *                                          └── workers ◀── WorkQueue          Lead: the election, which passes no messages
 * </pre>
 *
 * <p>Wake-ups are heard by the session that holds the leaders' locks ({@link io.github.pgpubsub.internal.log.SessionWakeUps}). The sleep lock
 * is held by the reading session, so it is lost with the connection whose loss makes the reader begin anew. Behind a transaction pooler there is
 * none, and the reader polls. A reader sleeps only while wake-ups are heard ({@link io.github.pgpubsub.internal.log.WakeUps}), and looks when
 * they are heard again.
 *
 * <p>Round trips are what an idle message waits for, and what a window costs under load. A window comes with its first page; the end of a
 * window and the opening of the next one are one statement; both parts of a page are read together; a page is handed to the workers as a whole,
 * and their completions are collected ({@link io.github.pgpubsub.internal.log.Completions}).
 *
 * <p>The process also has the log forgotten what is old enough ({@link io.github.pgpubsub.internal.log.Rotation}), and shows that its groups are
 * in use.
 *
 * <p>A worker begins a message only while {@code Lead.mayProcess} holds, so a process that resumes after a freeze begins nothing that its
 * successor may have. A message that was begun before is completed, and its acknowledgement is refused.
 */
@NullMarked
package io.github.pgpubsub.internal.log;

import org.jspecify.annotations.NullMarked;
