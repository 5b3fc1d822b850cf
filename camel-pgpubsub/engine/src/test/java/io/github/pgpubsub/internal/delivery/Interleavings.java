package io.github.pgpubsub.internal.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * Runs a story of several threads many times. By default the processor decides the order, which takes a second and finds frequent
 * faults ({@code -Dinterleavings} sets the number of runs). With {@code -Dlincheck.orders=1000}, for example, Lincheck decides at
 * each access to shared state: it tries this many orders, names the order that fails, and reports deadlocks. That takes a minute or
 * more per story, mostly for instrumenting classes on first use; so a story uses few JDK classes, and no streams.
 */
public final class Interleavings {

    /** Number of orders that Lincheck tries; null: the processor decides. */
    private static final Integer ORDERS = Integer.getInteger("lincheck.orders");
    private static final int MANY = Integer.getInteger("interleavings", 1000);

    private Interleavings() {}

    /** The actions of one thread. */
    public interface Part {
        void run() throws Exception;
    }

    /** @param story created and run anew for each order */
    public static void of(Runnable story) {
        if (ORDERS == null) {
            asTheyHappen(story);
            return;
        }
        // A first run loads classes and logs, which is not part of the story and would be instrumented with it.
        story.run();
        onceMoreIfHung(() -> Lincheck.runConcurrentTest(ORDERS, story));
    }

    /** On a busy machine the first instrumentation may take longer than Lincheck waits. A real deadlock shows up again. */
    public static void onceMoreIfHung(Runnable check) {
        try {
            check.run();
        } catch (LincheckAssertionError e) {
            if (!e.getMessage().contains("hung")) {
                throw e;
            }
            check.run();
        }
    }

    /**
     * Runs a story many times, always without Lincheck, because Lincheck 3.7 takes it for a deadlock.
     */
    public static void asTheyHappen(Runnable story) {
        for (int i = 0; i < MANY; i++) {
            story.run();
        }
    }

    /** Runs the parts at the same time, the first one on this thread and the others on separate threads, and waits for all. */
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

    /** A check without an assertion library, which would be instrumented as well. */
    public static void check(boolean holds, Object seen) {
        if (!holds) {
            throw new AssertionError(String.valueOf(seen));
        }
    }
}
