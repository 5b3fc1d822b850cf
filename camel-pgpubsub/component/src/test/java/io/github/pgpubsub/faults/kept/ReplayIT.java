package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A new group reads a long backlog from its beginning while another group of the same process stays at the head: in constant memory, no page
 * takes longer than the first ones, and the other group goes on at nine tenths of its speed at least. {@code -Dkept.rows} (1,000,000): each
 * million takes about half a minute and 200 MB of disk.
 */
@Tag("long")
@Tag("alone")
class ReplayIT {

    private static final Duration SOON = Duration.ofMinutes(30);
    /** The memory of a backlog that was held as a whole would be a hundred times as much. */
    private static final long MEMORY = 48 << 20;
    private static final int STEPS = 10;
    /** Other programs may take the machine's time during a measurement. */
    private static final int ATTEMPTS = 3;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final int rows = Integer.getInteger("kept.rows", 1_000_000);
    private final List<Long> latencies = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aLongBacklogIsReadBesideTheHead() throws Exception {
        try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
                .build()) {
            KeptMessages kept = pubSub.kept(new KeptLogOptions("pgpubsub", true, Duration.ofDays(1), null, Duration.ofDays(1)));
            kept.startPublishing();
            for (int i = 0; i < rows; i += 100_000) {
                postgres.execute("insert into pgpubsub.message (channel, key, payload) select 'orders', 'k' || i % 100, '0'"
                        + " from generate_series(1, ?) i", Math.min(100_000, rows - i));
            }
            AtomicBoolean writing = new AtomicBoolean(true);
            Thread writer = new Thread(() -> write(writing));
            try (KeptSubscription head = kept.subscribe(KeptOptions.to("orders").group("head").build(),
                    message -> latencies.add(System.nanoTime() / 1000 - Long.parseLong(message.payload())))) {
                writer.start();
                await().atMost(SOON).until(() -> latencies.size() > 200);
                double ratio = 0;
                for (int i = 1; i <= ATTEMPTS && ratio <= 0.9; i++) {
                    String group = "far " + i;
                    double alone = rate("head alone", () -> await().atMost(SOON).until(() -> latencies.size() > 1000));
                    double beside = rate("head beside the replay", () -> replay(kept, group));
                    ratio = beside / alone;
                }
                assertThat(ratio).isGreaterThan(0.9);
            } finally {
                writing.set(false);
                writer.join();
            }
        }
    }

    private void replay(KeptMessages kept, String group) throws Exception {
        List<Long> heap = new CopyOnWriteArrayList<>();
        List<Long> times = new CopyOnWriteArrayList<>();
        long[] count = new long[1];
        times.add(System.nanoTime());
        try (KeptSubscription far = kept.subscribe(
                KeptOptions.to("orders").group(group).startFrom(new StartFrom.Earliest()).build(), message -> {
                    if (++count[0] % (rows / STEPS) == 0) {
                        times.add(System.nanoTime());
                        System.gc();
                        heap.add(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
                    }
                })) {
            await().atMost(SOON).until(() -> heap.size() >= STEPS);
        }
        List<Long> micros = new ArrayList<>();
        for (int i = 1; i <= STEPS; i++) {
            micros.add(TimeUnit.NANOSECONDS.toMicros(times.get(i) - times.get(i - 1)) * 500 / (rows / STEPS));
        }
        Figures.print("replay of %d: us for a page of 500, tenth by tenth: %s; heap in MB: %s", rows, micros,
                heap.stream().map(bytes -> bytes >> 20).toList());
        assertThat(heap.get(STEPS - 1)).isLessThan(heap.get(0) + MEMORY);
        assertThat(micros.get(STEPS - 1)).isLessThan(5 * micros.get(0) + 5000);
    }

    private interface Stretch {
        void pass() throws Exception;
    }

    /** Messages a second that the head receives meanwhile. */
    private double rate(String what, Stretch stretch) throws Exception {
        List<Long> before = taken();
        long begin = System.nanoTime();
        stretch.pass();
        double seconds = (System.nanoTime() - begin) / 1e9;
        List<Long> received = taken();
        double rate = received.size() / seconds;
        Figures.print("%s: %.1f messages/s in %.1f s, median of the latency %d us (%d before)", what, rate, seconds,
                Figures.median(received), before.size());
        return rate;
    }

    private List<Long> taken() {
        synchronized (latencies) {
            List<Long> all = List.copyOf(latencies);
            latencies.clear();
            return all;
        }
    }

    /** 200 a second on average, each with its time. A late one is made up for: the rate is what the head can take. */
    private static void write(AtomicBoolean writing) {
        try (Connection connection = postgres.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into pgpubsub.message (channel, payload) values ('orders', ?)")) {
            long due = System.nanoTime();
            while (writing.get()) {
                insert.setString(1, String.valueOf(System.nanoTime() / 1000));
                insert.execute();
                due += TimeUnit.MILLISECONDS.toNanos(5);
                LockSupport.parkNanos(due - System.nanoTime());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
