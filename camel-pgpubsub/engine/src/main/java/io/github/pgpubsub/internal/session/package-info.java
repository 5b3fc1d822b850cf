/**
 * The one listening connection of a database, and the thread that owns it.
 *
 * <p>All subscribers of a session share its connection: a hundred channels are one backend. A notification's way through it, and
 * a wish's way out:
 *
 * <pre>
 *   server ══▶ driver ══▶ ConnectedSession ══▶ Inbox ══▶ Subscriber.received, then handOn ══▶ (a subscription's queue)
 *                           ▲    │             ▲
 *        commands of        │    │             Receivers: who gets which channel
 *        other threads      │    ▼
 *        ──▶ CommandQueue ──┘  Requests ◀── BatchedStream ◀── the subscriber's wishes
 *                                │
 *   server ◀── one statement a kind
 * </pre>
 *
 * <p>A {@link io.github.pgpubsub.internal.session.Session} connects, and goes on after failures, until it is closed or gives up. On
 * each connection a {@link io.github.pgpubsub.internal.session.ConnectedSession} goes round: run the commands of other threads, let
 * the {@link io.github.pgpubsub.internal.session.Subscriber}s speak, send their wishes in as few round trips as can be ({@link
 * io.github.pgpubsub.internal.session.Requests}), hand on in order what was read, read.
 *
 * <p>When anything fails the stream is broken: notifications already received are handed on ({@link
 * io.github.pgpubsub.internal.session.LastNotifications}), the connection is closed, every subscriber is told, and after a pause
 * (doubling, with jitter) a new connection is made and every subscriber told again, which then asks anew for its channels and locks.
 * The first loss and the fiftieth take the same path.
 *
 * <p>What holds:
 *
 * <ul>
 * <li>The session never sits in a transaction: a listener in one keeps the server from trimming its queue (PostgreSQL
 * documentation, NOTIFY).
 * <li>It never runs a user's code except the connection customizer, and never waits for a route.
 * <li>A subscriber that can't take more makes the session stop reading. Then, and while it reads a backlog, it asks the server
 * nothing either, because the driver would take in the whole backlog before the answer. {@link
 * io.github.pgpubsub.internal.session.Stall} has the states. Proof and signs of life go over a second connection meanwhile ({@link
 * io.github.pgpubsub.internal.session.Lifeline}, {@link io.github.pgpubsub.internal.session.Auxiliary}).
 * <li>Everything in here belongs to the session's thread, or while that is away (it connects, or has ended) to the thread that runs
 * a command: {@link io.github.pgpubsub.internal.session.CommandQueue} is the one lock, and assertions ask it. Other threads bring
 * commands and see the {@link io.github.pgpubsub.internal.session.SessionView}, nothing else.
 * </ul>
 *
 * <pre>
 *   one session:      Session  CommandQueue  Subscribers  SessionView  Reading  Heartbeat  QueueUsage
 *   one connection:   ConnectedSession  Inbox  Stall  Lifeline  Auxiliary  ReadAhead  LastNotifications  ServerSettings
 *   what is asked:    Requests  BatchedStream  Batch  ChannelRequests  Receivers  NotifyRequests  LockRequests  AdvisoryLocks
 *                     BackendRequests  Refusals  RoundTrips
 * </pre>
 */
package io.github.pgpubsub.internal.session;
