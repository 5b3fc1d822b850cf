package io.github.pgpubsub.internal.delivery;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** What a worker does: it takes from a queue, and waits if it has to. */
public final class Taking {

    private Taking() {}

    /** Takes on a thread of its own. Returns when that thread has taken, or waits in one of these states. */
    public static <T> CompletableFuture<T> inBackground(Callable<T> take, Thread.State... waiting) {
        CompletableFuture<T> taken = new CompletableFuture<>();
        Thread worker = new Thread(() -> {
            try {
                taken.complete(take.call());
            } catch (Throwable e) {
                taken.completeExceptionally(e);
            }
        }, "test worker");
        worker.setDaemon(true);
        worker.start();
        Set<Thread.State> states = Set.of(waiting);
        await().pollInterval(Duration.ofMillis(2)).atMost(Duration.ofSeconds(30))
                .until(() -> taken.isDone() || states.contains(worker.getState()));
        return taken;
    }
}
