/** The state of subscriptions, groups and connections, for operators: snapshots, taken by the calling thread. */
@NullMarked
package io.github.pgpubsub.status;

import org.jspecify.annotations.NullMarked;
