/**
 * The one listening connection of a database.
 *
 * <p>A {@link io.github.pgpubsub.internal.session.Session} is a thread that owns a connection and nothing else does. It goes round in
 * a loop: run what other threads asked for, let its {@link io.github.pgpubsub.internal.session.Subscriber}s speak, send the server
 * what they want in as few round trips as can be ({@link io.github.pgpubsub.internal.session.Requests}), read notifications, hand
 * them on in order. All subscribers of a session share its connection: a hundred channels are one backend.
 *
 * <p>When anything fails the stream is broken: the connection is closed, every subscriber is told, and after a pause
 * (doubling, with jitter) a new connection is made and every subscriber told again, which then asks anew for its channels
 * and locks. The first loss and the fiftieth take the same path.
 *
 * <p>What holds: the session never sits in a transaction (a listener in one keeps the server from trimming its queue:
 * PostgreSQL documentation, NOTIFY), never runs a user's code except the connection customizer, and never waits for a route.
 * A subscriber that can't take more makes the session stop reading; then it asks the server nothing either, because the
 * driver would buffer the whole backlog before the answer. Signs of life then go over an
 * {@link io.github.pgpubsub.internal.session.Auxiliary} connection, which also looks how full the server's queue is
 * ({@link io.github.pgpubsub.internal.session.QueueUsage}).
 */
package io.github.pgpubsub.internal.session;
