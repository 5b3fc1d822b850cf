package io.github.pgpubsub;

import org.jspecify.annotations.Nullable;

/** Receives the outcome of a publication. */
@FunctionalInterface
public interface PublishCallback {

    /**
     * Called once: by the publishing thread where the call is quick, otherwise by a thread of
     * {@link PgPubSub.Builder#callbacks the callback executor}; by the caller's thread where the notification is refused at once
     * or the executor takes no task. May block: a slow callback moves to the executor and holds up no other sender.
     *
     * @param failure null if the notification is committed
     */
    void done(@Nullable Exception failure);
}
