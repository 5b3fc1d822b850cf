package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Channels;
import io.github.pgpubsub.benchmark.kit.Histograms;
import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The cost of notifications for writers. Concurrent writers insert rows into a table: without notifications, with a row trigger,
 * with a statement trigger, and without a trigger but publishing through this component after the commit.
 */
final class Writers implements Measure {

    static final int WRITERS = 16;
    static final int ROWS = 10;
    private static final String TABLE = "%d writers, %d rows to a transaction".formatted(WRITERS, ROWS);

    private record Way(String name, String trigger, boolean publishes) {}

    private static final List<Way> WAYS = List.of(
            new Way("no notification", "", false),
            new Way("trigger for each row", """
                    create function written_notify() returns trigger language plpgsql as
                        $$ begin perform pg_notify('%s0', new.id::text); return null; end $$;
                    create trigger written_notify after insert on written for each row execute function written_notify();
                    """.formatted(Channels.PREFIX), false),
            new Way("trigger for each statement", """
                    create function written_notify() returns trigger language plpgsql as
                        $$ begin perform pg_notify('%s0', min(id) || '-' || max(id)) from added; return null; end $$;
                    create trigger written_notify after insert on written referencing new table as added
                        for each statement execute function written_notify();
                    """.formatted(Channels.PREFIX), false),
            new Way("published through camel-pgpubsub after the commit, one for each row", "", true));

    @Override
    public String name() {
        return "writers";
    }

    @Override
    public List<PeerProcess> whom(List<PeerProcess> all) {
        return all.stream().filter(peer -> peer.name().equals(Participants.PGPUBSUB)).toList();
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (Way way : WAYS) {
            bench.server().execute("drop table if exists written; drop function if exists written_notify;"
                    + "create table written (id bigint generated always as identity primary key, content text);" + way.trigger);
            write(peer, bench, TABLE, way.name, 0, way.publishes);
        }
    }

    /** Lets the writers write into the table "written", while the peer listens to so many channels. */
    static void write(PeerProcess peer, Bench bench, String table, String row, int listen, boolean publishes)
            throws SQLException {
        Column rate = rate(table);
        Column p50 = new Column(table, "p50, ms");
        Column p99 = new Column(table, "p99, ms");
        bench.with(peer, row, listen, publishes ? 1 : 0, List.of(rate, p50, p99), () -> {
            Line answer = peer.ask(Line.of("write").with("writers", WRITERS).with("rows", ROWS).with("table", "written")
                    .with("millis", bench.plan().send().toMillis()).with("publish", publishes), Bench.LONGEST);
            Histogram nanos = Histograms.fromText(answer.text("histogram"));
            bench.figures().add(rate, row, answer.number("written") * 1e9 / answer.number("nanos"));
            bench.figures().add(p50, row, nanos.getValueAtPercentile(50) / 1e6);
            bench.figures().add(p99, row, nanos.getValueAtPercentile(99) / 1e6);
        });
    }

    static Column rate(String table) {
        return new Column(table, "transactions/s");
    }
}
