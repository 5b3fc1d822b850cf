package io.github.pgpubsub.internal.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * Runs a story of several threads under Lincheck, which decides who goes on at each access to what they share, and tries many such
 * orders: a failure names the one that it needs. It reports threads that wait for each other, too. A story should use few classes
 * of the JDK (no streams): each is instrumented when it is first met, which takes the time that a story has.
 */
public final class Interleavings {

    /** Each takes some ten milliseconds. */
    private static final int ORDERS = 100;
    private static final int MANY = 3000;

    private Interleavings() {}

    /** What one thread does. */
    public interface Part {
        void run() throws Exception;
    }

    /** @param story made anew and run for each order */
    public static void of(Runnable story) {
        // What is loaded and logged for the first time is not part of the story, and would be instrumented with it.
        story.run();
        try {
            Lincheck.runConcurrentTest(ORDERS, story);
        } catch (LincheckAssertionError e) {
            if (!e.getMessage().contains("hung")) {
                throw e;
            }
            // On a busy machine to instrument what is met first takes longer than Lincheck waits. What really hangs does so again.
            Lincheck.runConcurrentTest(ORDERS, story);
        }
    }

    /**
     * Runs a story many times without Lincheck, for one that Lincheck 3.7 does not get to the end of. The processor decides who goes
     * on, so what goes wrong seldom may not show.
     */
    public static void asTheyHappen(Runnable story) {
        for (int i = 0; i < MANY; i++) {
            story.run();
        }
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
