package io.github.pgpubsub.internal.publish;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;

/**
 * Runs a story of several threads under Lincheck, which decides who goes on at each access to what they share, and tries many such
 * orders: a failure names the one that it needs. It reports threads that wait for each other, too. A story should use few classes
 * of the JDK (no streams): each is instrumented when it is first met, which takes the time that a story has.
 */
public final class Interleavings {

    private static final int ORDERS = Integer.getInteger("orders", 200);

    private Interleavings() {}

    /** What one thread does. */
    public interface Part {
        void run() throws Exception;
    }

    /** @param story made anew and run for each order */
    public static void of(Runnable story) {
        // What is loaded and logged for the first time is not part of the story, and would be instrumented with it.
        story.run();
        Lincheck.runConcurrentTest(ORDERS, story);
    }

    /** Runs the parts at the same time, each in a thread of its own, and waits for all. */
    public static void together(Part... parts) {
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Part part : parts) {
            threads.add(new Thread(() -> run(part, failures)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.get(0));
        }
    }

    private static void run(Part part, List<Throwable> failures) {
        try {
            part.run();
        } catch (Throwable e) {
            synchronized (failures) {
                failures.add(e);
            }
        }
    }

    /** A check without a library around it, which would be instrumented as well. */
    public static void check(boolean holds, Object seen) {
        if (!holds) {
            throw new AssertionError(String.valueOf(seen));
        }
    }
}
