/** Tests of real poolers, pools, TLS and roles with few rights between the component and the server. */
package io.github.pgpubsub.transport;
