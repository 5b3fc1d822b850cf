package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Which thread runs a command, and which threads may use the session's state. This test's thread is the session's thread. */
class CommandQueueTest {

    private final CommandQueue queue = new CommandQueue();
    private final List<String> done = new ArrayList<>();

    CommandQueueTest() {
        queue.begin();
    }

    @Test
    void commandsWaitForTheSessionsThreadInTheirOrder() throws Exception {
        onAnother(() -> {
            queue.execute(() -> done.add("first, " + isMine()));
            queue.execute(() -> done.add("second, " + isMine()));
            done.add("brought, " + isMine());
        });
        queue.run();
        assertThat(done).containsExactly("brought, not mine", "first, mine", "second, mine");
    }

    @Test
    void whileItIsAwayACommandHasBeenRunWhenItIsBrought() throws Exception {
        queue.execute(() -> done.add("before it left, " + isMine()));
        queue.leave();
        assertThat(isMine()).isEqualTo("not mine");
        onAnother(() -> {
            queue.execute(() -> done.add("while it was away, " + isMine()));
            done.add("brought, " + isMine());
        });
        queue.comeBack();
        assertThat(done).containsExactly("before it left, mine", "while it was away, mine", "brought, not mine");
        assertThat(isMine()).isEqualTo("mine");
    }

    @Test
    void aCommandMayBringAnother() throws Exception {
        queue.execute(() -> queue.execute(() -> done.add("on the session's thread")));
        queue.run();
        queue.leave();
        onAnother(() -> queue.execute(() -> queue.execute(() -> done.add("while it was away"))));
        assertThat(done).containsExactly("on the session's thread", "while it was away");
    }

    @Test
    void whoComesBackWaitsForTheCommandThatIsRun() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        queue.leave();
        Thread another = new Thread(() -> queue.execute(() -> {
            begun.countDown();
            awaitUninterrupted(mayEnd);
            done.add("while it was away");
        }));
        another.start();
        begun.await();
        Thread self = Thread.currentThread();
        Thread observer = new Thread(() -> {
            await().until(() -> self.getState() == Thread.State.BLOCKED);
            mayEnd.countDown();
        });
        observer.start();
        queue.comeBack();
        assertThat(done).containsExactly("while it was away");
        another.join();
        observer.join();
    }

    @Test
    void whatACommandThrowsIsThrownWhereItIsRunAndTheOthersAreNotLost() throws Exception {
        queue.execute(() -> {
            throw new IllegalStateException("the first");
        });
        queue.execute(() -> done.add("the second"));
        assertThatThrownBy(queue::run).hasMessage("the first");
        queue.run();
        assertThat(done).containsExactly("the second");

        queue.leave();
        onAnother(() -> assertThatThrownBy(() -> queue.execute(() -> {
            throw new IllegalStateException("brought");
        })).hasMessage("brought"));
    }

    @Test
    void aStrangerIsNoticed() throws Exception {
        onAnother(() -> {
            assertThatThrownBy(queue::run).isInstanceOf(AssertionError.class);
            assertThatThrownBy(queue::leave).isInstanceOf(AssertionError.class);
            assertThatThrownBy(queue::comeBack).isInstanceOf(AssertionError.class);
        });
        queue.leave();
        assertThatThrownBy(queue::run).isInstanceOf(AssertionError.class);
    }

    private String isMine() {
        return queue.isMine() ? "mine" : "not mine";
    }

    /** The command's exception is thrown here. */
    private static void onAnother(Runnable task) throws InterruptedException {
        Throwable[] thrown = new Throwable[1];
        Thread another = new Thread(task);
        another.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
        another.start();
        another.join();
        if (thrown[0] != null) {
            throw new AssertionError("On another thread", thrown[0]);
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
