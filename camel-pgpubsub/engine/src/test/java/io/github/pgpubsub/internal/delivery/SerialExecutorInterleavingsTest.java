package io.github.pgpubsub.internal.delivery;

import static io.github.pgpubsub.internal.delivery.Interleavings.check;
import static io.github.pgpubsub.internal.delivery.Interleavings.together;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In any interleaving, each task runs once, one after the other, and the tasks of one thread run in order. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("interleavings")
class SerialExecutorInterleavingsTest {

    @Test
    void eachTaskRunsOnceAndInItsOrder() {
        Interleavings.of(() -> {
            Tasks tasks = new Tasks();
            SerialExecutor serial = new SerialExecutor(Runnable::run);
            together(
                    () -> {
                        serial.execute(tasks.task(1));
                        serial.execute(tasks.task(2));
                    },
                    () -> {
                        serial.execute(tasks.task(3));
                        serial.execute(tasks.task(4));
                    });
            tasks.haveRun(4);
            check(tasks.done.indexOf(1) < tasks.done.indexOf(2) && tasks.done.indexOf(3) < tasks.done.indexOf(4), tasks.done);
        });
    }

    @Test
    void aTaskThatIsRefusedIsNotForgotten() {
        Interleavings.of(() -> {
            Tasks tasks = new Tasks();
            boolean[] refuses = {true};
            SerialExecutor serial = new SerialExecutor(run -> {
                if (refuses[0]) {
                    refuses[0] = false;
                    throw new RejectedExecutionException("full");
                }
                run.run();
            });
            together(() -> serial.execute(tasks.task(1)), () -> serial.execute(tasks.task(2)));
            serial.execute(tasks.task(3));
            tasks.haveRun(3);
            check(tasks.done.indexOf(3) == 2, tasks.done);
        });
    }

    /** Unguarded fields reveal whether two tasks run at once. */
    private static final class Tasks {

        private final List<Integer> done = new ArrayList<>();
        private boolean busy;
        private boolean overlapped;

        Runnable task(int number) {
            return () -> {
                overlapped |= busy;
                busy = true;
                done.add(number);
                busy = false;
            };
        }

        void haveRun(int number) {
            check(!overlapped, "two at once");
            check(done.size() == number && new HashSet<>(done).size() == number, done);
        }
    }
}
