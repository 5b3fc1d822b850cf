/**
 * From a URL or a {@link javax.sql.DataSource} to a connection that is ready for use.
 *
 * <p>A {@link io.github.pgpubsub.connect.ConnectionSource} opens connections and says, without secrets, where they lead.
 * {@link io.github.pgpubsub.connect.ServerConnection} opens one from it, lets the user's
 * {@link io.github.pgpubsub.connect.ConnectionCustomizer} adjust it, and asks the server who it is. The session and the
 * publisher each own one such connection; nobody else touches it, but for a {@link io.github.pgpubsub.connect.Watchdog}, which
 * aborts one whose owner does not come back. {@link io.github.pgpubsub.connect.TransactionPooler} finds out whether a pooler
 * takes the backend away between transactions, and {@link io.github.pgpubsub.connect.OwnMessages} how a listener recognises what
 * its own process sent.
 */
package io.github.pgpubsub.connect;
