package io.github.pgpubsub.internal.publish;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * Runs a story of several threads many times. As a rule the processor decides who goes on, which takes a second and finds what goes
 * wrong now and then. With {@code -Dlincheck.orders=1000}, for example, Lincheck decides, at each access to what the threads share: it
 * tries so many orders, names the one that fails, and reports threads that wait for each other. That takes a minute and more for each
 * story, most of it to instrument classes when they are first met; so a story uses few classes of the JDK, and no streams.
 */
public final class Interleavings {

    /** How many orders Lincheck tries; null: the processor decides. */
    private static final Integer ORDERS = Integer.getInteger("lincheck.orders");
    private static final int MANY = 3000;

    private Interleavings() {}

    /** What one thread does. */
    public interface Part {
        void run() throws Exception;
    }

    /** @param story made anew and run for each order */
    public static void of(Runnable story) {
        if (ORDERS == null) {
            asTheyHappen(story);
            return;
        }
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
     * Runs a story many times without Lincheck in any case, for one that Lincheck 3.7 takes for hanging.
     */
    public static void asTheyHappen(Runnable story) {
        for (int i = 0; i < MANY; i++) {
            story.run();
        }
    }

    /** Runs the parts at the same time, the first in this thread and each other in one of its own, and waits for all. */
    public static void together(Part first, Part... others) {
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Part other : others) {
            Thread thread = new Thread(() -> run(other, failures));
            threads.add(thread);
            thread.start();
        }
        run(first, failures);
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
