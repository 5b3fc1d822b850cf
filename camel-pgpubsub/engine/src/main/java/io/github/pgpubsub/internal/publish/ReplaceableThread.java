package io.github.pgpubsub.internal.publish;

import java.util.function.BiFunction;

/**
 * A thread that another one can replace, when it is gone or held up. A thread that was replaced finds out by {@link #isCurrent} and
 * ends. Thread-safe, but for {@link #replace}, which one thread at a time calls.
 */
final class ReplaceableThread {

    private final String purpose;
    private final Runnable task;
    private final BiFunction<String, Runnable, Thread> threads;
    private volatile Thread thread;

    /** @param threads makes a thread, not started, from its purpose and a task */
    ReplaceableThread(String purpose, Runnable task, BiFunction<String, Runnable, Thread> threads) {
        this.purpose = purpose;
        this.task = task;
        this.threads = threads;
        this.thread = threads.apply(purpose, task);
    }

    void start() {
        thread.start();
    }

    /** Puts a new thread in its place. When no thread is to be had the former one stays, and this throws what the VM has thrown. */
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

    /** Whether the caller is this thread, and nobody has replaced it. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Whether the caller may touch what belongs to this thread. For asserts. */
    boolean isCurrentOrGone() {
        return isCurrent() || !isAlive();
    }

    /** Not started yet. */
    boolean isNew() {
        return thread.getState() == Thread.State.NEW;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Waits until it is gone or the time is up; returns at once while it is not started. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }
}
