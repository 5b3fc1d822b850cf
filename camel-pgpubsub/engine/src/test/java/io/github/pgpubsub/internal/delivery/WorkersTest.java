package io.github.pgpubsub.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscription's thread continues, whatever its handler throws or leaves behind. */
class WorkersTest {

    private static final SubscriptionOptions OPTIONS = SubscriptionOptions.to("ch").singleListener(false)
            .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES)).build();

    private final DeliveryQueue queue = new DeliveryQueue(OPTIONS, Lease.unneeded(), new Counters(), () -> {});
    private final Intake intake = new Intake(queue, OPTIONS, new Counters(), new SessionThread(Runnable::run));
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final List<Throwable> reported = new CopyOnWriteArrayList<>();
    private final WorkerPool pool = new WorkerPool("test", (name, task) -> new Thread(task, name));
    private Workers workers;
    private long place;

    @AfterEach
    void leave() {
        queue.close();
        workers.leave();
        await().until(() -> !workers.isAlive());
    }

    @Test
    void anInterruptThatIsLeftBehind() {
        goesOnAfter(() -> Thread.currentThread().interrupt());
        assertThat(reported).isEmpty();
    }

    @Test
    void anInterruptWhileItWaitsForAMessage() throws Exception {
        Thread[] worker = new Thread[1];
        goesOnAfter(() -> worker[0] = Thread.currentThread());
        await().until(() -> worker[0].getState() == Thread.State.TIMED_WAITING);
        worker[0].interrupt();
        put("third");
        await().untilAsserted(() -> assertThat(handled).containsExactly("second", "third"));
    }

    @Test
    void anInterruptedExceptionOfTheHandlersOwn() {
        goesOnAfter(() -> {
            throw new InterruptedException("mine");
        });
        assertThat(reported).singleElement().isInstanceOf(InterruptedException.class);
    }

    @Test
    void anError() {
        goesOnAfter(() -> {
            throw new NoClassDefFoundError("gone");
        });
        assertThat(reported).singleElement()
                .satisfies(each -> assertThat(each).hasRootCauseInstanceOf(NoClassDefFoundError.class));
    }

    @Test
    void aReportThatFailsToo() {
        goesOnAfter(() -> {
            throw new IllegalStateException("not reportable");
        });
    }

    /** A replacement thread that ends before it takes messages does not count as help, even if checked right after its start. */
    @Test
    void aSuccessorThatHasOnlyBeenStartedIsNoHelp() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        List<Thread> made = new ArrayList<>();
        WorkerPool doomed = new WorkerPool("test", (name, task) -> {
            if (name.endsWith("supervisor")) {
                return new Thread(task, name);
            }
            CountDownLatch end = made.isEmpty() ? first : second;
            made.add(new Thread(() -> awaitOrFail(end), name));
            return made.get(made.size() - 1);
        });
        workers = new Workers(queue, null, null, new Counters(), OPTIONS, doomed);
        workers.start();
        assertThat(workers.isAlive()).isFalse();
        assertThat(workers.isDeserted()).as("while the first thread has not come to its work").isFalse();
        first.countDown();
        made.get(0).join();
        assertThat(workers.isDeserted()).isTrue();
        workers.replaceEndedThreads();
        assertThat(made).hasSize(2);
        assertThat(made.get(1).isAlive()).isTrue();
        assertThat(workers.isDeserted()).isTrue();
        second.countDown();
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void goesOnAfter(Act act) {
        MessageHandler handler = message -> {
            String payload = ((Message.Notification) message).payload();
            if (payload.equals("first")) {
                act.run();
            } else {
                handled.add(payload);
            }
        };
        SubscriptionListener listener = new SubscriptionListener() {
            @Override
            public void failed(Exception failure) {
                reported.add(failure);
                if (failure instanceof IllegalStateException) {
                    throw new AssertionError("and so does this");
                }
            }
        };
        workers = new Workers(queue, Recipient.of(handler), listener, new Counters(), OPTIONS, pool);
        intake.open(0);
        workers.start();
        put("first");
        put("second");
        await().untilAsserted(() -> assertThat(handled).containsExactly("second"));
        await().until(queue::isIdle);
        assertThat(workers.isAlive()).isTrue();
    }

    private void put(String payload) {
        intake.put(new Entry<>(place++, new Notification("ch", payload, 1, false), null, false, null));
        intake.flush();
    }

    /** The possible actions of a handler. */
    private interface Act {
        void run() throws Exception;
    }
}
