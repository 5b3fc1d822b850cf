/**
 * The one listening connection of a database, and the thread that owns it.
 *
 * <p>All subscribers of a session share its connection: a hundred channels are one backend. A notification's way through it, and
 * a request's way out:
 *
 * <pre>
 *   server ══▶ driver ══▶ ConnectedSession ══▶ Inbox ══▶ Subscriber.received, then handOn ══▶ (a subscription's queue)
 *                           ▲    │             ▲
 *        commands of        │    │             Receivers: who is at which Address
 *        other threads      │    ▼
 *        ──▶ CommandQueue ──┘  Requests ◀── BatchedStream ◀── the subscriber's requests
 *                                │
 *   server ◀── one statement for each kind
 * </pre>
 *
 * <p>A {@link io.github.pgpubsub.internal.session.Session} connects, and reconnects after failures, until it is closed or gives up. On
 * each connection a {@link io.github.pgpubsub.internal.session.ConnectedSession} loops: it runs the commands of other threads, calls
 * the {@link io.github.pgpubsub.internal.session.Subscriber}s' ticks, sends their requests in as few round trips as possible ({@link
 * io.github.pgpubsub.internal.session.Requests}), hands on what was read, to each receiver in order, and reads.
 *
 * <p>After any failure the stream is broken: notifications already received are handed on ({@link
 * io.github.pgpubsub.internal.session.LastNotifications}), the connection is closed, and every subscriber is told. After a pause
 * (doubling, with jitter) the session connects again, and every subscriber is told and requests its channels and locks anew. The first
 * loss and the fiftieth take the same path.
 *
 * <p>What holds:
 *
 * <ul>
 * <li>The session never sits in a transaction: a listener in one keeps the server from trimming its queue (PostgreSQL
 * documentation, NOTIFY).
 * <li>It never runs user code except the connection customizer, and never waits for a route.
 * <li>The session stops reading while a subscriber can't take more. Then, and while it reads a backlog, it at first sends the server no
 * request either, because the driver reads the whole backlog before the answer; what waits too long is sent all the same and costs this
 * memory. {@link io.github.pgpubsub.internal.session.Stall} has the states. Proof and signs of life go over a second connection meanwhile ({@link
 * io.github.pgpubsub.internal.session.Lifeline}, {@link io.github.pgpubsub.internal.session.Auxiliary}).
 * <li>All state in here belongs to the session's thread, or while that thread is away (it is connecting, or has ended) to the thread
 * that runs a command: {@link io.github.pgpubsub.internal.session.CommandQueue} is the only lock, and assertions check it. Other threads
 * bring commands and see the {@link io.github.pgpubsub.internal.session.SessionView}, nothing else; a thread that opens the second
 * connection brings only this connection.
 * </ul>
 *
 * <pre>
 *   one session:      Session  CommandQueue  Subscribers  SessionView  Reading  Heartbeat  QueueUsage
 *   one connection:   ConnectedSession  Inbox  Stall  Lifeline  Auxiliary  ReadAhead  LastNotifications  ServerSettings
 *   the requests:     Requests  BatchedStream  Batch  ChannelRequests  Address  Receivers  Receiver  NotifyRequests  LockRequests  AdvisoryLocks
 *                     BackendRequests  Refusals  RoundTrips
 * </pre>
 */
@NullMarked
package io.github.pgpubsub.internal.session;

import org.jspecify.annotations.NullMarked;
