package io.github.pgpubsub.internal.publish;

import java.util.function.BiFunction;

/**
 * A thread that can be replaced by a new one when it is gone or held up. A replaced thread finds out by {@link #isCurrent}, and ends.
 * Thread-safe, except {@link #replace}, which is for one thread at a time.
 */
final class ReplaceableThread {

    private final String purpose;
    private final Runnable task;
    private final BiFunction<String, Runnable, Thread> threads;
    private volatile Thread thread;

    /** @param threads creates an unstarted thread from its purpose and a task */
    ReplaceableThread(String purpose, Runnable task, BiFunction<String, Runnable, Thread> threads) {
        this.purpose = purpose;
        this.task = task;
        this.threads = threads;
        this.thread = threads.apply(purpose, task);
    }

    void start() {
        thread.start();
    }

    /** Starts a new thread in its place. If no thread can be created, the former one stays and the VM's exception is thrown. */
    void replace() {
        Thread another = threads.apply(purpose, task);
        Thread former = thread;
        thread = another;
        try {
            another.start();
        } catch (Throwable e) {
            thread = former;
            throw e;
        }
    }

    /** Whether the caller is this thread and has not been replaced. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Whether the caller may touch this thread's state; for assertions. */
    boolean isCurrentOrGone() {
        return isCurrent() || !isAlive();
    }

    /** Whether the thread has not been started yet. */
    boolean isNew() {
        return thread.getState() == Thread.State.NEW;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Waits until the thread has ended or the time is up; returns at once if it has not been started. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }
}
