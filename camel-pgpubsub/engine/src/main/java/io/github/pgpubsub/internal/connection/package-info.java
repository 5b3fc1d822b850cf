/**
 * One connection to the server, ready for use.
 *
 * <p>{@link io.github.pgpubsub.internal.connection.ServerConnection} opens one from a
 * {@link io.github.pgpubsub.connect.ConnectionSource}, lets the user's {@link io.github.pgpubsub.connect.ConnectionCustomizer}
 * adjust it, and asks the server who it is. The session and the publisher each own one such connection; nobody else touches it,
 * but for a {@link io.github.pgpubsub.internal.connection.Watchdog}, which aborts one whose owner does not come back.
 * {@link io.github.pgpubsub.internal.connection.TransactionPooler} finds out whether a pooler takes the backend away between
 * transactions.
 */
package io.github.pgpubsub.internal.connection;
