/**
 * Camel's cluster service, based on the consumers' election: {@code master:} and clustered routes with PostgreSQL alone.
 *
 * <p>A {@link io.github.pgpubsub.camel.cluster.PgPubSubClusterService} has one listening session. Each namespace is a group of
 * this session, so a view shows the group's members, leader and changes.
 */
@NullMarked
package io.github.pgpubsub.camel.cluster;

import org.jspecify.annotations.NullMarked;
