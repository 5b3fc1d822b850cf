package io.github.pgpubsub.benchmark.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that do the same work at the same time. The clock starts when every thread has finished its preparation. */
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

        /** Work that is not measured, for example connecting. */
        void prepare() throws Exception;

        /** @param start common start time, from {@link System#nanoTime} */
        void work(long start) throws Exception;
    }

    interface Recruiter {
        Member member(int number);
    }

    /** Returns the start time after all threads have finished, or throws the exception of one of them. */
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

    /** A member whose preparation fails still goes to the barrier, where the others would wait forever. Then no member starts. */
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
