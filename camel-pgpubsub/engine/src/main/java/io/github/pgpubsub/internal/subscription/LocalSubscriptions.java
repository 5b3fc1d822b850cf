package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.internal.delivery.Workers;
import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The subscriptions behind one member: the first receives, the next takes its place when it is closed. They share one queue,
 * so what the one has not begun is for the other. Thread-safe.
 */
public final class LocalSubscriptions {

    /** One of them. */
    public record Alternate(SubscriptionOptions options, SubscriptionListener listener, Workers workers) {}

    private final Executor callbacks;
    private final DeliveryQueue queue;
    private final List<Alternate> all = new ArrayList<>();
    /** One leaves after the other, so that there is always a first. */
    private final ReentrantLock leaving = new ReentrantLock();
    private boolean closed;

    /** @param callbacks runs what a listener does about failures of the connection */
    LocalSubscriptions(DeliveryQueue queue, Executor callbacks) {
        this.queue = queue;
        this.callbacks = new SerialExecutor(callbacks);
    }

    public DeliveryQueue queue() {
        return queue;
    }

    /** False: the last one has left before, this member is ending. */
    public synchronized boolean add(Alternate alternate) {
        if (closed) {
            return false;
        }
        if (all.isEmpty()) {
            alternate.workers.start();
        }
        all.add(alternate);
        return true;
    }

    synchronized boolean isActive(Alternate alternate) {
        return !all.isEmpty() && all.get(0) == alternate;
    }

    synchronized boolean isLast(Alternate alternate) {
        return all.size() == 1 && all.get(0) == alternate;
    }

    /** The active one's wish. */
    synchronized boolean filtered() {
        return !all.isEmpty() && all.get(0).options.filtered();
    }

    void failed(Exception failure) {
        tell(listener -> listener.failed(failure));
    }

    void roleChanged(RoleChange change) {
        tell(listener -> listener.roleChanged(change));
    }

    void reconnected(Duration lost) {
        tell(listener -> listener.reconnected(lost));
    }

    void gaveUp(Exception failure) {
        tell(listener -> listener.gaveUp(failure));
    }

    private void tell(Consumer<SubscriptionListener> news) {
        List<Alternate> told;
        synchronized (this) {
            told = List.copyOf(all);
        }
        told.forEach(alternate -> callbacks.execute(() -> news.accept(alternate.listener)));
    }

    /** Whether the active one has no thread that takes messages, although it wants to. */
    synchronized boolean isDeserted() {
        return !all.isEmpty() && all.get(0).workers.isDeserted();
    }

    synchronized void replaceTheDead() {
        if (!all.isEmpty()) {
            all.get(0).workers.replaceTheDead();
        }
    }

    /** The names of all, the active one first. */
    synchronized String names() {
        return all.stream().map(alternate -> alternate.options.name()).collect(Collectors.joining(", "));
    }

    /** Takes one out and lets the next in once the first has finished what it has begun. True: it is the last, and stays in. */
    boolean leave(Alternate alternate) throws InterruptedException {
        leaving.lockInterruptibly();
        try {
            synchronized (this) {
                if (all.size() == 1 && all.get(0) == alternate) {
                    closed = true;
                    return true;
                }
                if (all.indexOf(alternate) != 0) {
                    all.remove(alternate);
                    return false;
                }
            }
            alternate.workers.leave();
            alternate.workers.join(alternate.options.drainTimeout().toNanos());
            synchronized (this) {
                all.remove(0);
                all.get(0).workers.start();
            }
            return false;
        } finally {
            leaving.unlock();
        }
    }
}
