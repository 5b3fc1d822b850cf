/**
 * Opens connections from a URL or a {@link javax.sql.DataSource}.
 *
 * <p>A {@link io.github.pgpubsub.connect.ConnectionSource} opens connections and names their target, without secrets. A
 * {@link io.github.pgpubsub.connect.ConnectionCustomizer} adjusts each new connection. By
 * {@link io.github.pgpubsub.connect.OwnMessages} a listener recognises the messages of its own process.
 */
@NullMarked
package io.github.pgpubsub.connect;

import org.jspecify.annotations.NullMarked;
