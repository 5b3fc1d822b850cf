package io.github.pgpubsub.benchmark.kit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Writers that repeatedly insert several rows in a transaction, each on a separate connection. The table may have a trigger that
 * notifies, or the writer publishes the same messages after the commit.
 */
final class Writing {

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Server server;
    private final String table;
    private final int rows;
    private final AtomicLong written = new AtomicLong();
    private final Histogram nanos = new ConcurrentHistogram(LONGEST_NANOS, 3);

    Writing(Server server, String table, int rows) {
        this.server = server;
        this.table = table;
        this.rows = rows;
    }

    /** @param link publishes one message per row to the channel; null: no publishing */
    Line run(int writers, long millis, Link link, String channel) throws Exception {
        InFlight inFlight = new InFlight();
        long start = new Crew(writers, "writer").work(writer -> new Crew.Member() {

            private Connection connection;
            private PreparedStatement insert;

            @Override
            public void prepare() throws Exception {
                connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                insert = connection.prepareStatement(
                        "insert into %s (content) select 'row ' || i from generate_series(1, ?) i returning id".formatted(table));
                insert.setInt(1, rows);
                insert.executeQuery().close();
            }

            @Override
            public void work(long start) throws Exception {
                try (Connection closing = connection) {
                    long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
                    for (long begun = System.nanoTime(); begun < end; begun = System.nanoTime()) {
                        write(insert, link, channel, inFlight);
                        nanos.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - begun));
                        written.incrementAndGet();
                    }
                }
            }
        });
        if (link != null) {
            link.flush();
            inFlight.awaitAll();
        }
        return Line.ok().with("written", written.get()).with("nanos", System.nanoTime() - start)
                .with("histogram", Histograms.toText(nanos));
    }

    /** In autocommit mode the result is available only after the commit. */
    private static void write(PreparedStatement insert, Link link, String channel, InFlight inFlight) throws Exception {
        try (ResultSet ids = insert.executeQuery()) {
            while (link != null && ids.next()) {
                inFlight.send(link, channel, ids.getString(1));
            }
        }
    }
}
