package io.github.pgpubsub.kept;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.status.KeptStatus;

/**
 * An active subscription to a kept channel, made by {@link KeptMessages#subscribe}. {@link #status} tells of the leadership and its
 * connection, {@link #keptStatus} of the reading. Thread-safe.
 */
public interface KeptSubscription extends Subscription {

    /** The current state of reading. */
    KeptStatus keptStatus();
}
