package io.github.pgpubsub;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Messages between the session's thread, which puts, and the threads of a subscription, which take. The session asks
 * {@link #hasRoom} before it puts, so a put never waits.
 */
final class DeliveryQueue {

    private final int capacity;
    private final Runnable roomMade;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private Runnable whenIdle;
    private int taken;
    private boolean closed;

    /** @param roomMade called by the taking thread when a full queue is full no more */
    DeliveryQueue(int capacity, Runnable roomMade) {
        this.capacity = capacity;
        this.roomMade = roomMade;
    }

    boolean hasRoom() {
        lock.lock();
        try {
            return waiting.size() < capacity;
        } finally {
            lock.unlock();
        }
    }

    void put(Message message) {
        lock.lock();
        try {
            waiting.add(message);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a message. Null: the worker has been told to leave, or the queue is closed and empty. */
    Message take(Workers worker) throws InterruptedException {
        boolean wasFull;
        Message message;
        lock.lockInterruptibly();
        try {
            while (!worker.isLeaving() && waiting.isEmpty() && !closed) {
                changed.await();
            }
            if (worker.isLeaving() || waiting.isEmpty()) {
                return null;
            }
            wasFull = waiting.size() >= capacity;
            message = waiting.remove();
            taken++;
        } finally {
            lock.unlock();
        }
        if (wasFull) {
            roomMade.run();
        }
        return message;
    }

    /** What was taken has been handled. */
    void done() {
        Runnable idle = null;
        lock.lock();
        try {
            taken--;
            if (isIdle()) {
                changed.signalAll();
                idle = whenIdle;
                whenIdle = null;
            }
        } finally {
            lock.unlock();
        }
        if (idle != null) {
            idle.run();
        }
    }

    /** Calls back once, as soon as everything that was put has been handled: now, or from a taking thread. */
    void whenIdle(Runnable callback) {
        lock.lock();
        try {
            if (!isIdle()) {
                whenIdle = callback;
                return;
            }
        } finally {
            lock.unlock();
        }
        callback.run();
    }

    private boolean isIdle() {
        return waiting.isEmpty() && taken == 0;
    }

    /** Waits until everything that was put has been handled; false: the time was up before. */
    boolean awaitEmpty(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!isIdle()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the takers go once it is empty. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Throws away what waits and says how much that was. */
    int clear() {
        lock.lock();
        try {
            int size = waiting.size();
            waiting.clear();
            changed.signalAll();
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the takers look again. */
    void wakeTakers() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
