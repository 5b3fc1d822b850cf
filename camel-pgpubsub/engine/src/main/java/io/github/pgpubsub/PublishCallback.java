package io.github.pgpubsub;

import org.jspecify.annotations.Nullable;

/** Receives the outcome of a publication. */
@FunctionalInterface
public interface PublishCallback {

    /**
     * Called once, by a thread of {@link PgPubSub.Builder#callbacks the callback executor}. May block.
     *
     * @param failure null if the notification is committed
     */
    void done(@Nullable Exception failure);
}
