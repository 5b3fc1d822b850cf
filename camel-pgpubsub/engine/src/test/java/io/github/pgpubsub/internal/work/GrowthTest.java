package io.github.pgpubsub.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a pool gets more threads, and how many. */
class GrowthTest {

    private final WorkerPool pool = new WorkerPool("test", (name, task) -> new Thread(task, name));
    private final ReadyQueue ready = new ReadyQueue();
    private final Growth growth = new Growth(2);

    private void waiting(int workers) {
        ready.add(new Crew(pool, "test", workers, () -> false), workers);
    }

    @Test
    void whileAllAreStuckTwiceAsManyEachTime() {
        waiting(20);
        assertThat(growth.wanted(ready, 1, 1, 0)).isEqualTo(1);
        assertThat(growth.wanted(ready, 2, 2, 0)).isEqualTo(2);
        assertThat(growth.wanted(ready, 4, 4, 0)).isEqualTo(4);
        assertThat(growth.wanted(ready, 8, 8, 0)).isEqualTo(8);
        assertThat(growth.wanted(ready, 16, 16, 0)).as("so many as wait").isEqualTo(16);
        growth.satisfied();
        assertThat(growth.wanted(ready, 32, 32, 0)).isEqualTo(1);
    }

    @Test
    void notMoreThanWait() {
        waiting(1);
        assertThat(growth.wanted(ready, 1, 1, 0)).isEqualTo(1);
        assertThat(growth.wanted(ready, 1, 1, 1)).as("it is coming").isZero();
    }

    @Test
    void aQuickThreadIsEnoughForThoseThatHaveJustCome() {
        waiting(10);
        assertThat(growth.wanted(ready, 3, 2, 0)).isZero();
    }

    /** The handlers take long, although not all of them are seen to. */
    @Test
    void thoseThatWaitForLongGetMoreIfHalfAreStuck() {
        waiting(10);
        assertThat(growth.wanted(ready, 4, 2, 0)).isZero();
        ready.take();
        assertThat(growth.wanted(ready, 4, 1, 0)).as("quick, and no processor is free").isZero();
        assertThat(growth.wanted(ready, 4, 2, 0)).isEqualTo(1);
        assertThat(growth.wanted(ready, 5, 3, 0)).isEqualTo(2);
    }

    @Test
    void aFreeProcessorHelps() {
        waiting(10);
        assertThat(growth.wanted(ready, 1, 0, 0)).as("they have not waited yet").isZero();
        assertThat(growth.wanted(ready, 1, 0, 0)).isEqualTo(1);
        assertThat(growth.wanted(ready, 2, 0, 0)).isZero();
    }
}
