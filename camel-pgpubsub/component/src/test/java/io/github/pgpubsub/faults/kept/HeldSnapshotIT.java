package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A session holds its snapshot for a while, as a report or a dump does, so nothing that is updated can be cleaned up: the log has nothing to
 * clean up, and neither writers nor readers become slower. {@code -Dkept.seconds} (20) and {@code -Dkept.rate} (5,000 messages a second).
 */
@Tag("long")
@Tag("alone")
class HeldSnapshotIT {

    private static final int BATCH = 50;
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final int seconds = Integer.getInteger("kept.seconds", 20);
    private final int rate = Integer.getInteger("kept.rate", 5000);

    @Test
    void whileASnapshotIsHeldNothingPilesUp() throws Exception {
        AtomicLong received = new AtomicLong();
        List<Long> commits = new ArrayList<>();
        try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
                .build()) {
            KeptMessages kept = pubSub.kept(new KeptLogOptions("pgpubsub", true, Duration.ofDays(1), null, Duration.ofDays(1)));
            try (KeptSubscription batch = kept.subscribe(KeptOptions.of("orders"), message -> received.incrementAndGet());
                    KeptSubscription each = kept.subscribe(
                            KeptOptions.to("orders").group("each").ackMode(AckMode.message).build(), message -> {});
                    Connection holder = postgres.connect();
                    Connection writer = postgres.connect()) {
                holder.setAutoCommit(false);
                holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                holder.createStatement().execute("select 1");
                write(writer, commits);
                await().atMost(SOON).until(() -> received.get() == (long) commits.size() * BATCH);
                await().atMost(SOON).until(() -> postgres.number("select sum(lag) from pgpubsub.groups") == 0);
                assertThat(batch.isReceiving() && each.isReceiving()).isTrue();

                // Statistics come with a delay.
                await().atMost(SOON).until(() -> statistics("n_tup_ins", "message_%") == received.get());
                await().atMost(SOON).until(() -> statistics("n_tup_upd", "place") > 0);
                int tenth = Math.max(1, commits.size() / 10);
                long first = Figures.median(commits.subList(0, tenth)) / 1000;
                long last = Figures.median(commits.subList(commits.size() - tenth, commits.size())) / 1000;
                Figures.print(
                        "held snapshot: %d s, %d messages, commit of %d: %d us at first, %d us at last; log: updated %d, deleted %d,"
                                + " dead %d; place: updated %d, dead %d, %d kB; subscriber: updated %d",
                        seconds, received.get(), BATCH, first,
                        last, statistics("n_tup_upd", "message_%"), statistics("n_tup_del", "message_%"),
                        statistics("n_dead_tup", "message_%"), statistics("n_tup_upd", "place"),
                        statistics("n_dead_tup", "place"),
                        postgres.number("select pg_total_relation_size('pgpubsub.place') / 1024"),
                        statistics("n_tup_upd", "subscriber"));
                assertThat(statistics("n_tup_upd", "message_%") + statistics("n_tup_del", "message_%")
                        + statistics("n_dead_tup", "message_%")).isZero();
                // Each writer reads it: it is written on joining and leading only.
                assertThat(statistics("n_tup_upd", "subscriber")).isLessThan(10);
                assertThat(last).isLessThan(5 * first + 5000);
            }
        }
    }

    private void write(Connection writer, List<Long> commits) throws SQLException {
        long begin = System.nanoTime();
        long number = 0;
        try (PreparedStatement insert = writer.prepareStatement(
                "insert into pgpubsub.message (channel, key, payload) select 'orders', 'k' || i % 100, i::text from generate_series(?, ?) i")) {
            while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
                long begun = System.nanoTime();
                insert.setLong(1, number);
                insert.setLong(2, number + BATCH - 1);
                insert.execute();
                commits.add(System.nanoTime() - begun);
                number += BATCH;
                LockSupport.parkNanos(begin + TimeUnit.SECONDS.toNanos(number) / rate - System.nanoTime());
            }
        }
    }

    private static long statistics(String column, String table) {
        return postgres.number("select coalesce(sum(" + column + "), 0) from pg_stat_user_tables"
                + " where schemaname = 'pgpubsub' and relname like ?", table);
    }
}
