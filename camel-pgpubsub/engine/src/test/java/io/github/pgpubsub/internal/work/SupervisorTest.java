package io.github.pgpubsub.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The supervisor goes on whatever happens to it. */
@Timeout(120)
class SupervisorTest {

    private static final int TIMES = 4;

    private final WorkerPool pool = new WorkerPool("test", (name, task) -> new Thread(task, name));
    private final Supervisor supervisor = new Supervisor(pool, task -> new Thread(task, "test supervisor"));
    private final CountDownLatch rung = new CountDownLatch(TIMES);

    /** Without a pause it would take a whole processor as long as memory is lacking. */
    @Test
    void afterAFailureItPausesAlthoughItWasInterrupted() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            supervisor.callIn(new Alarms.Alarm(this::fail), 0);
        }
        long begun = System.nanoTime();
        supervisor.start();
        assertThat(rung.await(60, TimeUnit.SECONDS)).isTrue();
        supervisor.end();
        // Two pauses of 50 ms; the interrupt has ended the first one.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(60));
    }

    private void fail() {
        if (rung.getCount() == TIMES) {
            Thread.currentThread().interrupt();
        }
        rung.countDown();
        throw new IllegalStateException("said the test");
    }
}
