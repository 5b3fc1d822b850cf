/**
 * One connection to the server, ready for use.
 *
 * <p>{@link io.github.pgpubsub.internal.connection.ServerConnection} opens a connection from a
 * {@link io.github.pgpubsub.connect.ConnectionSource}, lets the user's {@link io.github.pgpubsub.connect.ConnectionCustomizer}
 * adjust it, and identifies the server. The session and the publisher each own such a connection. No other object uses it, except
 * a {@link io.github.pgpubsub.internal.connection.Watchdog}, which aborts the connection if its owner does not return in time.
 * {@link io.github.pgpubsub.internal.connection.TransactionPooler} finds out whether a pooler changes the backend between
 * transactions.
 */
@NullMarked
package io.github.pgpubsub.internal.connection;

import org.jspecify.annotations.NullMarked;
