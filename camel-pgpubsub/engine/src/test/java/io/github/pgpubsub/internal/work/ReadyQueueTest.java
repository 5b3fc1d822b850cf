package io.github.pgpubsub.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Crews get threads in the order of their requests, and a crew with many workers does not keep the others waiting. */
class ReadyQueueTest {

    private final ReadyQueue queue = new ReadyQueue();
    private final WorkerPool pool = new WorkerPool("test", (name, task) -> new Thread(task, name));
    private final Crew one = new Crew(pool, "one", 3, () -> false);
    private final Crew other = new Crew(pool, "other", 1, () -> false);

    @Test
    void inTheOrderOfRequests() {
        queue.add(one, 1);
        queue.add(other, 1);
        assertThat(queue.take()).isSameAs(one);
        queue.add(one, 1);
        assertThat(queue.take()).isSameAs(other);
        assertThat(queue.take()).isSameAs(one);
        assertThat(queue.take()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void manyWorkersStandInLineOnce() {
        queue.add(one, 2);
        queue.add(other, 1);
        queue.add(one, 1);
        assertThat(queue.workers()).isEqualTo(4);
        assertThat(queue.take()).isSameAs(one);
        assertThat(queue.take()).isSameAs(other);
        assertThat(queue.take()).isSameAs(one);
        assertThat(queue.take()).isSameAs(one);
        assertThat(queue.take()).isNull();
        assertThat(queue.added()).isEqualTo(4).isEqualTo(queue.taken());
    }
}
