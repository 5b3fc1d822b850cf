/**
 * From a URL or a {@link javax.sql.DataSource} to a connection that is ready for use.
 *
 * <p>A {@link io.github.pgpubsub.connect.ConnectionSource} opens connections and says, without secrets, where they lead.
 * {@link io.github.pgpubsub.connect.ServerConnection} opens one from it, lets the user's
 * {@link io.github.pgpubsub.connect.ConnectionCustomizer} adjust it, and asks the server who it is. The session and the
 * publisher each own one such connection; nobody else touches it.
 */
package io.github.pgpubsub.connect;
