package io.github.pgpubsub.internal.delivery;

import static io.github.pgpubsub.internal.delivery.Interleavings.check;
import static io.github.pgpubsub.internal.delivery.Interleavings.together;
import static io.github.pgpubsub.internal.delivery.Messages.message;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The session's thread and the workers in any interleaving: nothing is lost or delivered twice, and the order is kept. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("interleavings")
class DeliveryQueueInterleavingsTest {

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Test
    void everyMessageIsTakenOnce() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10);
            together(
                    () -> {
                        try {
                            for (long[] places : new long[][] {{0}, {1}, {2, 3}}) {
                                passage.put(places);
                                check(passage.queue.awaitIdle(IDLE_NANOS), "not all are taken");
                            }
                        } finally {
                            passage.takers.end();
                        }
                    },
                    passage::work, passage::work);
            Collections.sort(passage.taken);
            check(passage.taken.equals(List.of(0L, 1L, 2L, 3L)), passage.taken);
            check(passage.intake.isIdle() && passage.intake.watermark() == 4, passage.intake.watermark());
        });
    }

    /** The session does not poll a full queue: it waits until it is notified. */
    @Test
    void aSessionThatWaitsForRoomIsTold() {
        Interleavings.of(() -> {
            Passage passage = new Passage(1);
            together(
                    () -> {
                        for (long place = 0; place < 3; place++) {
                            while (!passage.intake.hasRoom()) {
                                passage.room.acquire();
                            }
                            passage.put(place);
                        }
                        passage.takers.end();
                    },
                    passage::work);
            check(passage.taken.equals(List.of(0L, 1L, 2L)), passage.taken);
        });
    }

    /** The next leader begins with the messages that the former one hands back. */
    @Test
    void aMessageIsTakenOrWithdrawn() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10);
            List<Long> withdrawn = new ArrayList<>();
            together(
                    () -> {
                        passage.put(0, 1);
                        for (Entry<Notification> entry : passage.intake.withdraw()) {
                            withdrawn.add(entry.place());
                        }
                        long begun = passage.intake.begunUpTo();
                        check(begun == 2 - withdrawn.size(), "begun up to " + begun + ", withdrawn " + withdrawn);
                        passage.takers.end();
                    },
                    passage::work);
            List<Long> all = new ArrayList<>(passage.taken);
            all.addAll(withdrawn);
            check(all.equals(List.of(0L, 1L)), "taken " + passage.taken + ", withdrawn " + withdrawn);
            check(passage.intake.watermark() == passage.taken.size(), passage.intake.watermark());
        });
    }

    /** Two workers gather batches: whichever gets a message's signal, all of them are taken, and no batch is too large. */
    @Test
    void everyMessageIsInOneBatch() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10, new BatchLimit(2, TimeUnit.HOURS.toNanos(1)));
            together(
                    () -> {
                        try {
                            for (long[] places : new long[][] {{0}, {1}, {2, 3, 4, 5}}) {
                                passage.put(places);
                            }
                            check(passage.queue.awaitIdle(IDLE_NANOS), "not all are taken");
                        } finally {
                            passage.takers.end();
                        }
                    },
                    passage::work, passage::work);
            Collections.sort(passage.taken);
            check(passage.taken.equals(List.of(0L, 1L, 2L, 3L, 4L, 5L)), passage.taken);
            check(passage.largest <= 2, passage.largest);
            check(passage.intake.watermark() == 6, passage.intake.watermark());
        });
    }

    /** A full batch is taken although nothing hurries, whichever worker was told of its messages. */
    @Test
    void fullBatchesAreTakenWithoutATimeout() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10, new BatchLimit(2, TimeUnit.HOURS.toNanos(1)));
            together(
                    () -> {
                        try {
                            for (long[] places : new long[][] {{0}, {1}, {2, 3}, {4}, {5}}) {
                                passage.put(places);
                            }
                            check(passage.all.tryAcquire(3, IDLE_NANOS, TimeUnit.NANOSECONDS), "not all are taken");
                        } finally {
                            passage.takers.end();
                        }
                    },
                    passage::work, passage::work);
            check(passage.taken.size() == 6, passage.taken);
        });
    }

    /** A batch that gathers is withdrawn as a whole, or begun as a whole. */
    @Test
    void aBatchIsTakenOrWithdrawn() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10, new BatchLimit(2, TimeUnit.HOURS.toNanos(1)));
            List<Long> withdrawn = new ArrayList<>();
            together(
                    () -> {
                        passage.put(0);
                        passage.put(1);
                        passage.put(2);
                        for (Entry<Notification> entry : passage.intake.withdraw()) {
                            withdrawn.add(entry.place());
                        }
                        passage.takers.end();
                    },
                    passage::work);
            List<Long> all = new ArrayList<>(passage.taken);
            all.addAll(withdrawn);
            check(all.equals(List.of(0L, 1L, 2L)), "taken " + passage.taken + ", withdrawn " + withdrawn);
            check(passage.taken.size() % 2 == 0, "taken " + passage.taken);
            check(passage.intake.watermark() == passage.taken.size(), passage.intake.watermark());
        });
    }

    /** A message that has begun and is not done holds the watermark, even if later messages are done. */
    @Test
    void theWatermarkNeverPassesWhatIsNotDone() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10);
            List<Entry<Notification>> begun = new ArrayList<>();
            together(
                    () -> {
                        passage.put(0, 1);
                        check(passage.intake.watermark() == 0, passage.intake.watermark());
                    },
                    () -> {
                        begun.addAll(passage.take());
                        passage.queue.done(passage.take());
                    });
            check(passage.intake.watermark() == 0, passage.intake.watermark());
            passage.queue.done(List.of(begun.get(0)));
            check(passage.intake.watermark() == 2, passage.intake.watermark());
        });
    }

    @Test
    void idlenessIsToldOnce() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10);
            List<String> told = new ArrayList<>();
            together(
                    () -> {
                        passage.put(0);
                        passage.intake.whenIdle(() -> told.add("idle"));
                        passage.put(1);
                        passage.takers.end();
                    },
                    passage::work);
            check(told.size() == 1, told);
        });
    }

    /** A request that comes while the callback of an earlier one runs is not lost. */
    @Test
    void theLastRequestIsAnswered() {
        Interleavings.of(() -> {
            Passage passage = new Passage(10);
            List<String> told = Collections.synchronizedList(new ArrayList<>());
            together(
                    () -> {
                        passage.put(0);
                        passage.intake.whenIdle(() -> told.add("first"));
                        passage.put(1);
                        passage.intake.whenIdle(() -> told.add("second"));
                        passage.takers.end();
                    },
                    passage::work);
            check(told.contains("second"), told);
        });
    }

    /** An open queue, and the messages that its workers have taken and done. */
    private static final class Passage {

        private final DeliveryQueue queue;
        private final WaitingTakers takers;
        private final Intake intake;
        private final List<Long> taken = new ArrayList<>();
        private final Semaphore room = new Semaphore(0);
        /** A permit for each batch that is done. */
        private final Semaphore all = new Semaphore(0);

        private final BatchLimit limit;
        private int largest;

        Passage(int queueSize) {
            this(queueSize, BatchLimit.SINGLE);
        }

        Passage(int queueSize, BatchLimit limit) {
            this.limit = limit;
            SubscriptionOptions options = Messages.options(queueSize, Overflow.block);
            Counters counters = new Counters();
            queue = new DeliveryQueue(options, Lease.unneeded(), counters, room::release);
            takers = new WaitingTakers(queue);
            intake = new Intake(queue, options, counters, new SessionThread(Runnable::run));
            intake.open(0);
        }

        void put(long... places) {
            for (long place : places) {
                intake.put(message(place));
            }
            intake.flush();
        }

        void work() throws InterruptedException {
            List<Entry<Notification>> batch = take();
            while (batch != null) {
                synchronized (taken) {
                    for (Entry<Notification> entry : batch) {
                        taken.add(entry.place());
                    }
                    largest = Math.max(largest, batch.size());
                }
                queue.done(batch);
                all.release();
                batch = take();
            }
        }

        List<Entry<Notification>> take() throws InterruptedException {
            return takers.take(limit);
        }
    }
}
