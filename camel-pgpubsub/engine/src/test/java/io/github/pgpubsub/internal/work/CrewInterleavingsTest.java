package io.github.pgpubsub.internal.work;

import static io.github.pgpubsub.internal.delivery.Interleavings.check;
import static io.github.pgpubsub.internal.delivery.Interleavings.together;

import io.github.pgpubsub.internal.delivery.Interleavings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Crews that share threads, at once. Not under Lincheck, which does not know the pool's threads. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("interleavings")
class CrewInterleavingsTest {

    private static final long LONG = TimeUnit.SECONDS.toNanos(60);

    /** The thread that has just finished with the crew that is interrupted works for another one. */
    @Test
    void anInterruptMeetsOnlyTheCrewThatItIsMeantFor() {
        WorkerPool pool = pool();
        AtomicInteger met = new AtomicInteger();
        Pieces other = Pieces.open(pool, 1, piece -> {
            for (int i = 0; i < 100; i++) {
                Thread.onSpinWait();
            }
            met.addAndGet(Thread.interrupted() ? 1 : 0);
        });
        Interleavings.asTheyHappen(() -> {
            Pieces interrupted = Pieces.open(pool, 1, piece -> {});
            together(() -> {
                interrupted.put(1);
                other.put(1);
                other.put(2);
            }, () -> {
                interrupted.crew.leave();
                interrupted.crew.interrupt();
                check(interrupted.crew.awaitLeft(LONG), "it has left");
            });
            check(met.get() == 0, "interrupts of others: " + met.get());
        });
        other.crew.leave();
    }

    /** A call that comes while the last thread of the pool goes to sleep, or ends, gets a thread. */
    @Test
    void everyCallIsHeard() {
        WorkerPool hasty = new WorkerPool("test", CrewInterleavingsTest::thread, TimeUnit.MICROSECONDS.toNanos(20));
        CountDownLatch[] handled = new CountDownLatch[1];
        Pieces one = Pieces.open(hasty, 1, piece -> handled[0].countDown());
        Pieces other = Pieces.open(hasty, 2, piece -> handled[0].countDown());
        Interleavings.asTheyHappen(() -> {
            handled[0] = new CountDownLatch(4);
            together(() -> {
                one.put(1);
                one.put(2);
            }, () -> {
                other.put(1);
                other.put(2);
            });
            try {
                check(handled[0].await(60, TimeUnit.SECONDS), "left: " + handled[0].getCount());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        one.crew.leave();
        other.crew.leave();
    }

    /** Nothing begins after the end. */
    @Test
    void whoHasLeftBeginsNothing() {
        WorkerPool pool = pool();
        Pieces stays = Pieces.open(pool, 1, piece -> {});
        Interleavings.asTheyHappen(() -> {
            AtomicInteger late = new AtomicInteger();
            boolean[] left = new boolean[1];
            Pieces leaves = Pieces.open(pool, 2, piece -> {
                synchronized (left) {
                    late.addAndGet(left[0] ? 1 : 0);
                }
            });
            together(() -> {
                leaves.put(1);
                leaves.put(2);
                leaves.put(3);
            }, () -> {
                leaves.crew.leave();
                check(leaves.crew.awaitLeft(LONG), "it has left");
                synchronized (left) {
                    left[0] = true;
                }
            });
            check(late.get() == 0, "begun after the end: " + late.get());
        });
        stays.crew.leave();
    }

    private static WorkerPool pool() {
        return new WorkerPool("test", CrewInterleavingsTest::thread);
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
