package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.PublishCallback;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The outcome of a publication as a future. */
public final class Committed {

    private Committed() {}

    /** @param publish publishes with this callback */
    public static CompletableFuture<Void> by(Consumer<PublishCallback> publish) {
        CompletableFuture<Void> committed = new CompletableFuture<>();
        publish.accept(failure -> {
            if (failure == null) {
                committed.complete(null);
            } else {
                committed.completeExceptionally(failure);
            }
        });
        return committed;
    }
}
