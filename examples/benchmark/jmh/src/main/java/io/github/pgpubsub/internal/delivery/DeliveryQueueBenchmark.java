package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/** The hand-over of a message from the session's thread to a subscription's thread, in isolation. */
@State(Scope.Group)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class DeliveryQueueBenchmark {

    private static final long LOOK_NANOS = 1000;
    /** Typical number of messages per read under load. */
    private static final int READ_AT_ONCE = 50;

    private final Notification notification = new Notification("channel", "payload", 1, false);
    private DeliveryQueue queue;
    private Intake intake;
    private long place;

    @Setup
    public void open() {
        SubscriptionOptions options = SubscriptionOptions.to("channel").memory(new BufferLimit(BufferLimit.DEFAULT_BYTES))
                .build();
        Counters counters = new Counters();
        queue = new DeliveryQueue(options, Lease.unneeded(), counters, () -> {});
        intake = new Intake(queue, options, counters, new SessionThread(Runnable::run));
        intake.open(0);
    }

    @Benchmark
    @Group("pass")
    @GroupThreads(1)
    public void put(Control control) {
        while (!intake.hasRoom() && !control.stopMeasurement) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        intake.put(new Entry<>(place++, notification, null, false, null));
        if (place % READ_AT_ONCE == 0) {
            intake.flush();
        }
    }

    @Benchmark
    @Group("pass")
    @GroupThreads(1)
    public void take() {
        List<Entry<Notification>> batch = queue.take(BatchLimit.SINGLE);
        if (batch != null) {
            queue.done(batch);
        }
    }

    @TearDown
    public void close() {
        queue.close();
    }
}
