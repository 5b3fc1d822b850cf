/**
 * Camel's cluster service on the election that consumers use: {@code master:} and clustered routes with nothing but PostgreSQL.
 *
 * <p>A {@link io.github.pgpubsub.camel.cluster.PgPubSubClusterService} has one listening session. Each namespace is a group on
 * it, so a view's members, leader and changes are those of the group.
 */
package io.github.pgpubsub.camel.cluster;
