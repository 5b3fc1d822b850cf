package io.github.pgpubsub.benchmark.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that do the same thing at the same time. Each gets ready first, and when all are, the clock starts. */
final class Crew {

    private final int size;
    private final String name;
    private volatile long start;
    private volatile boolean calledOff;

    Crew(int size, String name) {
        this.size = size;
        this.name = name;
    }

    interface Member {

        /** Connects, say: what shall not count. */
        void prepare() throws Exception;

        /** @param start the time at which everybody started, as {@link System#nanoTime} has it */
        void work(long start) throws Exception;
    }

    interface Recruiter {
        Member member(int number);
    }

    /** Returns the time at which they started, when all have finished; throws what one of them threw. */
    long work(Recruiter recruiter) throws Exception {
        CyclicBarrier ready = new CyclicBarrier(size, () -> start = System.nanoTime());
        ExecutorService threads = threads();
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                Member member = recruiter.member(i);
                results.add(threads.submit(() -> {
                    prepare(member, ready);
                    if (!calledOff) {
                        member.work(start);
                    }
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
            return start;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Who can't get ready comes to the start all the same, or the others would wait there for ever; then nobody starts. */
    private void prepare(Member member, CyclicBarrier ready) throws Exception {
        try {
            member.prepare();
        } catch (Exception e) {
            calledOff = true;
            throw e;
        } finally {
            ready.await();
        }
    }

    private ExecutorService threads() {
        AtomicInteger names = new AtomicInteger();
        return Executors.newFixedThreadPool(size, runnable -> {
            Thread thread = new Thread(runnable, name + " " + names.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }
}
