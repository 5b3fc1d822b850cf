package io.github.pgpubsub.kept;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.ShardStatus;
import java.util.List;

/**
 * An active subscription to a kept channel, made by {@link KeptMessages#subscribe}. {@link #status} tells of the leadership and its
 * connection, {@link #keptStatus} of the reading. Thread-safe.
 */
public interface KeptSubscription extends Subscription {

    /** The current state of reading. */
    KeptStatus keptStatus();

    /** The shards whose election this subscription takes part in; one without {@link KeptOptions#shards}. */
    List<ShardStatus> shards();
}
