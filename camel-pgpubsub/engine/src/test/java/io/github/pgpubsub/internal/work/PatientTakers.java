package io.github.pgpubsub.internal.work;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Threads of a test that take from a queue and, unlike workers, wait until they find something. */
public class PatientTakers implements Takers {

    private static final long NEVER = Long.MAX_VALUE;
    /**
     * An alarm after this time is none: no test waits that long. Lincheck takes a wait with a time limit for a wait that is over at
     * once, so a thread that repeats it looks like a livelock.
     */
    private static final long LONGER_THAN_ANY_TEST = TimeUnit.MINUTES.toNanos(30);

    /** Whether there is something to take although it is over. */
    private final BooleanSupplier rest;
    private long calls;
    private long alarm = NEVER;
    private boolean over;

    protected PatientTakers(BooleanSupplier rest) {
        this.rest = rest;
    }

    @Override
    public synchronized void call(int pieces) {
        calls++;
        notifyAll();
    }

    @Override
    public synchronized void callIn(long nanos) {
        if (nanos < LONGER_THAN_ANY_TEST) {
            alarm = Math.min(alarm, System.nanoTime() + nanos);
            notifyAll();
        }
    }

    /** Nobody waits any longer. */
    protected synchronized void over() {
        over = true;
        notifyAll();
    }

    /** @return what was found; null: the end */
    protected <T> @Nullable T take(Supplier<@Nullable T> look) throws InterruptedException {
        while (true) {
            long seen = calls();
            T found = look.get();
            if (found != null || !awaitCall(seen)) {
                return found;
            }
        }
    }

    private synchronized long calls() {
        return calls;
    }

    private synchronized boolean awaitCall(long seen) throws InterruptedException {
        while (calls == seen && !over) {
            if (alarm == NEVER) {
                wait();
            } else if (alarm - System.nanoTime() > 0) {
                wait(1 + TimeUnit.NANOSECONDS.toMillis(alarm - System.nanoTime()));
            } else {
                alarm = NEVER;
                return true;
            }
        }
        return calls != seen || rest.getAsBoolean();
    }
}
