package io.github.pgpubsub.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Tasks run one after the other, and a failing task does not stop the next. */
class SerialExecutorTest {

    private final List<String> done = new ArrayList<>();
    private boolean refuses;
    private final Executor executor = task -> {
        if (refuses) {
            throw new RejectedExecutionException("full");
        }
        task.run();
    };
    private final SerialExecutor inOrder = new SerialExecutor(executor);

    @Test
    void aTaskThatFailsIsFollowedByTheNext() {
        inOrder.execute(() -> {
            inOrder.execute(() -> done.add("next"));
            throw new NoClassDefFoundError("gone");
        });
        inOrder.execute(() -> done.add("last"));
        assertThat(done).containsExactly("next", "last");
    }

    @Test
    void aTaskThatIsRefusedWaitsForItsTurn() {
        refuses = true;
        inOrder.execute(() -> done.add("refused"));
        assertThat(done).isEmpty();
        refuses = false;
        inOrder.execute(() -> done.add("next"));
        assertThat(done).containsExactly("refused", "next");
    }

    @Test
    void anInterruptThatIsLeftBehindIsNotForTheNext() {
        List<Boolean> interrupted = new ArrayList<>();
        inOrder.execute(() -> {
            inOrder.execute(() -> interrupted.add(Thread.currentThread().isInterrupted()));
            Thread.currentThread().interrupt();
        });
        assertThat(interrupted).containsExactly(false);
    }
}
