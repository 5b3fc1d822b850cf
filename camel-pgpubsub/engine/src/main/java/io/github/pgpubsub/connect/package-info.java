/**
 * From a URL or a {@link javax.sql.DataSource} to a connection.
 *
 * <p>A {@link io.github.pgpubsub.connect.ConnectionSource} opens connections and says, without secrets, where they lead. A
 * {@link io.github.pgpubsub.connect.ConnectionCustomizer} adjusts each new one, and
 * {@link io.github.pgpubsub.connect.OwnMessages} is how a listener recognises what its own process sent.
 */
package io.github.pgpubsub.connect;
