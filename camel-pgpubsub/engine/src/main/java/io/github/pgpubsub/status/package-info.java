/** The state of subscriptions, groups and connections, for operators: snapshots, taken by the calling thread. */
package io.github.pgpubsub.status;
