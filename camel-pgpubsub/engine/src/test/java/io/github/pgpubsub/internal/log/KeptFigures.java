package io.github.pgpubsub.internal.log;

import com.sun.management.OperatingSystemMXBean;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.support.EmbeddedServer;
import io.github.pgpubsub.support.PostgresServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Not a test: measures receiving beside what a program with plain JDBC reaches on the same server ({@link HandProgram}). Arguments: which
 * figures, of {@code idle}, {@code through} and {@code backlog}, each also with {@code -hand}.
 */
final class KeptFigures {

    private static final int MESSAGES = Integer.getInteger("figures.messages", 300);
    private static final int SECONDS = Integer.getInteger("figures.seconds", 8);
    private static final int ROWS = Integer.getInteger("figures.rows", 256);
    private static final int QUEUE = Integer.getInteger("figures.queue", 4000);
    private static final int BACKLOG = Integer.getInteger("figures.backlog", 300_000);
    /** Writers do not run away from the reader further than this, so that the rate is one of both. */
    private static final int AHEAD = 20_000;
    private static final String PAYLOAD = "x".repeat(100);

    private final PostgresServer server;

    private KeptFigures(PostgresServer server) {
        this.server = server;
    }

    public static void main(String[] figures) throws Exception {
        try (EmbeddedServer server = EmbeddedServer
                .start(Map.of("fsync", System.getProperty("figures.fsync", "off"), "synchronous_commit",
                        "on", "max_wal_size", "4GB", "checkpoint_timeout", "30min", "shared_buffers", "256MB"))) {
            KeptFigures all = new KeptFigures(server);
            try (Connection connection = all.connect()) {
                new LogSchema("pgpubsub").prepare(connection, true, LogSchema.Use.RECEIVE);
                connection.createStatement().execute("create table hand (id bigserial primary key, payload text)");
            }
            for (String each : figures) {
                all.reset();
                all.measure(each);
            }
        }
    }

    private void measure(String figure) throws Exception {
        switch (figure) {
            case "idle" -> idle();
            case "idle-hand" -> idleByHand();
            case "through" -> through();
            case "through-hand" -> throughByHand();
            case "backlog" -> backlog();
            case "backlog-hand" -> backlogByHand();
            default -> throw new IllegalArgumentException(figure);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(server.url(server.database()), server.superuser(), server.password());
    }

    private void reset() throws SQLException {
        try (Connection connection = connect()) {
            connection.createStatement()
                    .execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; truncate hand; vacuum");
        } catch (SQLException e) {
            try (Connection connection = connect()) {
                connection.createStatement().execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; truncate hand");
            }
        }
    }

    private Member member(Member.Step step) throws Exception {
        ReadOptions options = new ReadOptions(0, new StartFrom.Earliest(), AckMode.batch, Member.SKIP, QUEUE, 64 << 20, QUEUE / 2,
                16 << 20,
                Duration.ofMillis(200), true, Duration.ofSeconds(1), Duration.ofSeconds(30));
        List<Member.Received> forgets = new AbstractList<>() {
            @Override
            public boolean add(Member.Received received) {
                return true;
            }

            @Override
            public Member.Received get(int index) {
                throw new IndexOutOfBoundsException();
            }

            @Override
            public int size() {
                return 0;
            }
        };
        return new Member(new UrlConnectionSource(server.url(server.database()), server.superuser(), server.password()), "a",
                forgets,
                options, 1, step).start();
    }

    // ---- idle latency

    private static void report(String name, List<Long> nanos) {
        List<Long> sorted = new ArrayList<>(nanos);
        sorted.sort(null);
        System.out.printf("%s: p50 %d µs, p90 %d µs, p99 %d µs%n", name, sorted.get(sorted.size() / 2) / 1000,
                sorted.get(sorted.size() * 9 / 10) / 1000, sorted.get(sorted.size() * 99 / 100) / 1000);
    }

    /** The first third warms up. */
    private List<Long> writeOneByOne(String sql, Semaphore heard, AtomicLong heardAt) throws Exception {
        List<Long> nanos = new ArrayList<>();
        try (Connection connection = connect(); PreparedStatement insert = connection.prepareStatement(sql)) {
            for (int i = 0; i < MESSAGES * 3 / 2; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                long begun = System.nanoTime();
                insert.execute();
                if (!heard.tryAcquire(5, TimeUnit.SECONDS)) {
                    System.out.println("nothing heard of " + i);
                } else if (i >= MESSAGES / 2) {
                    nanos.add(heardAt.get() - begun);
                }
            }
        }
        return nanos;
    }

    private void idle() throws Exception {
        Semaphore heard = new Semaphore(0);
        AtomicLong heardAt = new AtomicLong();
        try (Member member = member(message -> {
            heardAt.set(System.nanoTime());
            heard.release();
        })) {
            TimeUnit.SECONDS.sleep(1);
            report("idle",
                    writeOneByOne("insert into pgpubsub.message (channel, payload) values ('orders', 'x')", heard, heardAt));
        }
    }

    private void idleByHand() throws Exception {
        Semaphore heard = new Semaphore(0);
        AtomicLong heardAt = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        try (Connection connection = connect();
                PreparedStatement look = connection.prepareStatement(
                        "select id, payload from hand where id > ? order by id limit 100")) {
            connection.createStatement().execute("listen hand");
            Thread listener = new Thread(() -> {
                try {
                    long last = 0;
                    while (!over.get()) {
                        if (connection.unwrap(PGConnection.class).getNotifications(1000).length > 0) {
                            look.setLong(1, last);
                            try (ResultSet row = look.executeQuery()) {
                                while (row.next()) {
                                    last = row.getLong(1);
                                    heardAt.set(System.nanoTime());
                                    heard.release();
                                }
                            }
                        }
                    }
                } catch (SQLException e) {
                    e.printStackTrace();
                }
            });
            listener.start();
            report("idle by hand", writeOneByOne(
                    "with i as (insert into hand (payload) values ('x') returning id) select pg_notify('hand', '') from i", heard,
                    heardAt));
            over.set(true);
            listener.join();
        }
    }

    // ---- throughput

    private Thread writer(AtomicBoolean over, AtomicLong written, AtomicLong received) {
        Thread writer = new Thread(() -> {
            byte[] rows = ("orders\t" + PAYLOAD + "\n").repeat(ROWS).getBytes(StandardCharsets.UTF_8);
            try (Connection connection = connect()) {
                while (!over.get()) {
                    while (written.get() - received.get() > AHEAD && !over.get()) {
                        LockSupport.parkNanos(200_000);
                    }
                    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI()
                            .copyIn("copy pgpubsub.message (channel, payload) from stdin");
                    copy.writeToCopy(rows, 0, rows.length);
                    copy.endCopy();
                    written.addAndGet(ROWS);
                }
            } catch (SQLException e) {
                e.printStackTrace();
            }
        });
        writer.start();
        return writer;
    }

    /** Processor time of the server's processes, and of this JVM, seconds. */
    private double[] processorTime() throws Exception {
        long backend;
        try (Connection connection = connect();
                ResultSet row = connection.createStatement().executeQuery("select pg_backend_pid()")) {
            row.next();
            backend = row.getLong(1);
            String server = statOf(backend)[1];
            long ticks = 0;
            try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
                for (Path each : processes) {
                    String[] stat = statOf(Long.parseLong(each.getFileName().toString()));
                    if (stat.length > 13 && stat[1].equals(server)) {
                        ticks += Long.parseLong(stat[11]) + Long.parseLong(stat[12]);
                    }
                }
            }
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new double[] {ticks / 100.0, system.getProcessCpuTime() / 1e9};
        }
    }

    /** From the state on: its parent is the second, user and system time are 11 and 12 (proc(5), shifted). */
    private static String[] statOf(long process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            return new String[0];
        }
    }

    private void rate(String name, AtomicLong received) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong written = new AtomicLong(received.get());
        List<Thread> writers = List.of(writer(over, written, received), writer(over, written, received));
        TimeUnit.SECONDS.sleep(3);
        long[] marks = new long[SECONDS + 1];
        double[] processor = processorTime();
        long begun = System.nanoTime();
        for (int i = 0; i <= SECONDS; i++) {
            marks[i] = received.get();
            TimeUnit.SECONDS.sleep(1);
        }
        long nanos = System.nanoTime() - begun;
        long count = received.get() - marks[0];
        double[] used = processorTime();
        over.set(true);
        for (Thread writer : writers) {
            writer.join();
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (received.get() < written.get() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        long[] each = new long[SECONDS];
        for (int i = 0; i < SECONDS; i++) {
            each[i] = marks[i + 1] - marks[i];
        }
        Arrays.sort(each);
        System.out.printf("%s: %d rows/s (median second %d), processor %.1f µs a row in the server and %.1f here, %s%n", name,
                count * 1_000_000_000L / nanos, each[SECONDS / 2], (used[0] - processor[0]) * 1e6 / count,
                (used[1] - processor[1]) * 1e6 / count,
                received.get() == written.get() ? "all of " + written : received + " of " + written);
    }

    private void through() throws Exception {
        AtomicLong received = new AtomicLong();
        try (Member member = member(message -> received.lazySet(received.get() + 1))) {
            rate("through, " + ROWS + " rows a commit", received);
        }
    }

    private void throughByHand() throws Exception {
        AtomicLong received = new AtomicLong();
        try (HandProgram program = new HandProgram(connect(), "orders", received)) {
            program.start();
            rate("through by hand, " + ROWS + " rows a commit", received);
        }
    }

    private void fill() throws SQLException {
        try (Connection connection = connect()) {
            connection.createStatement().execute("insert into pgpubsub.message (channel, payload) select 'orders', '" + PAYLOAD
                    + "' from generate_series(1, " + BACKLOG + ")");
        }
    }

    private void rest(String name, long begun, AtomicLong received) throws Exception {
        double[] processor = processorTime();
        while (received.get() < BACKLOG) {
            LockSupport.parkNanos(1_000_000);
        }
        long nanos = System.nanoTime() - begun;
        double[] used = processorTime();
        System.out.printf("%s: %d rows/s, processor %.1f µs a row in the server and %.1f here%n", name,
                BACKLOG * 1_000_000_000L / nanos,
                (used[0] - processor[0]) * 1e6 / BACKLOG, (used[1] - processor[1]) * 1e6 / BACKLOG);
    }

    private void backlog() throws Exception {
        fill();
        AtomicLong received = new AtomicLong();
        AtomicLong begun = new AtomicLong();
        try (Member member = member(message -> {
            if (begun.get() == 0) {
                begun.set(System.nanoTime());
            }
            received.lazySet(received.get() + 1);
        })) {
            while (received.get() == 0) {
                LockSupport.parkNanos(100_000);
            }
            rest("backlog", begun.get(), received);
        }
    }

    private void backlogByHand() throws Exception {
        fill();
        AtomicLong received = new AtomicLong();
        try (HandProgram program = new HandProgram(connect(), "orders", received)) {
            long begun = System.nanoTime();
            program.start();
            rest("backlog by hand", begun, received);
        }
    }
}
