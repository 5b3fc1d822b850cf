/** What lies between the component and the server, each of them real: poolers, pools, TLS, roles with few rights. */
package io.github.pgpubsub.transport;
