package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The subscriptions of one member: the first is active and receives, the next one becomes active when the first is closed. They share
 * one queue, so messages that a closed one has not begun are handled by the next. Compared by identity. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality")
public final class LocalSubscriptions {

    private final Executor callbacks;
    private final DeliveryQueue queue;
    private final List<LocalSubscription> all = new ArrayList<>();
    /** Makes subscriptions leave one after the other, so that there is always an active one. */
    private final ReentrantLock leaving = new ReentrantLock();
    private boolean closed;

    /** @param callbacks runs the calls of listeners */
    LocalSubscriptions(DeliveryQueue queue, Executor callbacks) {
        this.queue = queue;
        this.callbacks = new SerialExecutor(callbacks);
    }

    public DeliveryQueue queue() {
        return queue;
    }

    /** False if the last subscription has left already, so that the member is ending. */
    public synchronized boolean add(LocalSubscription local) {
        if (closed) {
            return false;
        }
        if (all.isEmpty()) {
            local.workers().start();
        }
        all.add(local);
        return true;
    }

    synchronized boolean isActive(LocalSubscription local) {
        return !all.isEmpty() && all.get(0) == local;
    }

    synchronized boolean isLast(LocalSubscription local) {
        return all.size() == 1 && all.get(0) == local;
    }

    /** Whether the active subscription leaves out own messages. */
    synchronized boolean filtered() {
        return !all.isEmpty() && all.get(0).options().filtered();
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
        List<LocalSubscription> told;
        synchronized (this) {
            told = List.copyOf(all);
        }
        told.forEach(local -> callbacks.execute(() -> news.accept(local.listener())));
    }

    /** Whether the active subscription has no thread that takes messages, although it was started. */
    synchronized boolean isDeserted() {
        return !all.isEmpty() && all.get(0).workers().isDeserted();
    }

    synchronized void replaceEndedThreads() {
        if (!all.isEmpty()) {
            all.get(0).workers().replaceEndedThreads();
        }
    }

    /** The names of all subscriptions, the active one first. */
    synchronized String names() {
        return all.stream().map(local -> local.options().name()).collect(Collectors.joining(", "));
    }

    /** The same with their group; the name of an election says it already. */
    synchronized String titles() {
        return names() + (isElection() ? "" : ", group " + all.get(0).options().group());
    }

    synchronized boolean isElection() {
        return all.get(0).options().isElection();
    }

    /**
     * Removes a subscription, and activates the next one once the active one has finished the messages that it has begun. True if it
     * is the last one: then it is not removed.
     */
    boolean leave(LocalSubscription local) throws InterruptedException {
        leaving.lockInterruptibly();
        try {
            synchronized (this) {
                if (all.size() == 1 && all.get(0) == local) {
                    closed = true;
                    return true;
                }
                if (all.indexOf(local) != 0) {
                    all.remove(local);
                    return false;
                }
            }
            local.workers().leave();
            local.workers().join(local.options().drainTimeout().toNanos());
            synchronized (this) {
                all.remove(0);
                all.get(0).workers().succeed();
            }
            return false;
        } finally {
            leaving.unlock();
        }
    }
}
