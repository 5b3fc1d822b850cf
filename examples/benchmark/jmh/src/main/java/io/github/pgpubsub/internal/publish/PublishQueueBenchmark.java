package io.github.pgpubsub.internal.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of the publish queue per message: put, and take in a batch without equal pairs of channel and payload. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class PublishQueueBenchmark {

    private static final int BATCH = 512;

    @Param({"100", "4000"})
    int length;

    private final List<byte[]> payloads = new ArrayList<>();
    private PublishQueue<OutgoingNotification> queue;

    @Setup
    public void make() {
        queue = new PublishQueue<>(BATCH, BATCH, Long.MAX_VALUE);
        for (int i = 0; i < BATCH; i++) {
            payloads.add((i + "x".repeat(length)).getBytes(ISO_8859_1));
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public List<OutgoingNotification> putAndTakeBatch() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
        for (byte[] payload : payloads) {
            // A new string, like an exchange's: its hash is not cached yet.
            queue.put(new OutgoingNotification("channel", new String(payload, ISO_8859_1), deadline, failure -> {}), false);
        }
        return queue.takeBatch(BATCH, Long.MAX_VALUE);
    }
}
