package io.github.pgpubsub.benchmark.measures;

import io.github.pgpubsub.benchmark.kit.Channels;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.report.Column;
import java.sql.SQLException;
import java.util.List;

/**
 * What writing to the log costs those who write: concurrent writers insert rows, and a statement trigger puts a message for each row
 * into the log, while a route of this component receives from it. With the log's own trigger for wake-ups, without it, and with
 * a NOTIFY in its place.
 */
public final class KeptWriters implements Measure {

    public static final String UNWOKEN = "into the log, without a wake-up";
    public static final String WOKEN = "into the log, with its wake-up";
    public static final String WATCHED = "a watched table";
    public static final String BY_HAND = "a trigger by hand that writes rows as JSON into the log";

    private static final String TABLE = "Kept: %d writers, %d rows to a transaction".formatted(Writers.WRITERS, Writers.ROWS);

    private static final String NO_WAKE_UP = "alter table pgpubsub.message disable trigger wake_up;";

    private record Way(String name, String sql) {}

    private static final List<Way> WAYS = List.of(
            new Way("nothing", ""),
            new Way(UNWOKEN, NO_WAKE_UP + intoTheLog("")),
            new Way(WOKEN, intoTheLog("")),
            new Way("into the log, with a NOTIFY for each statement",
                    NO_WAKE_UP + intoTheLog("perform pg_notify('bench_written', '');")),
            new Way(WATCHED, "select pgpubsub.watch('written', '%s0');".formatted(Channels.PREFIX)),
            new Way(BY_HAND, byHand("statement", """
                    insert into pgpubsub.message (channel, key, payload) select '%s0', '{"id":' || id || '}',
                        json_build_object('op', 'c', 'before', null, 'after', row_to_json(a), 'ts_ms',
                            (extract(epoch from clock_timestamp()) * 1000)::bigint,
                            'source', json_build_object('schema', tg_table_schema, 'table', tg_table_name))::text
                    from added a order by id;""".formatted(Channels.PREFIX))),
            new Way("a trigger by hand with a NOTIFY for each row",
                    byHand("row", "perform pg_notify('bench_written', new.id::text);")),
            new Way("a trigger by hand with a NOTIFY for each statement",
                    byHand("statement", "perform pg_notify('bench_written', min(id) || '-' || max(id)) from added;")));

    /** @param each statement or row */
    private static String byHand(String each, String body) {
        return """
                create function written_keep() returns trigger language plpgsql as $$ begin %s return null; end $$;
                create trigger written_keep after insert on written %s for each %s execute function written_keep();
                """.formatted(body, each.equals("row") ? "" : "referencing new table as added", each);
    }

    /** Several messages with one INSERT. */
    private static String intoTheLog(String then) {
        return """
                create function written_keep() returns trigger language plpgsql as $$ begin
                    insert into pgpubsub.message (channel, payload) select '%s0', content from added; %s return null; end $$;
                create trigger written_keep after insert on written referencing new table as added
                    for each statement execute function written_keep();
                """.formatted(Channels.PREFIX, then);
    }

    public static Column rate() {
        return Writers.rate(TABLE);
    }

    @Override
    public String name() {
        return "kept-writers";
    }

    @Override
    public Family family() {
        return Family.KEPT;
    }

    @Override
    public List<PeerProcess> whom(List<PeerProcess> all) {
        return all.stream().filter(peer -> peer.name().equals(Participants.KEPT)).toList();
    }

    @Override
    public void ask(PeerProcess peer, Bench bench) throws SQLException {
        for (Way way : WAYS) {
            bench.server().makeLog();
            bench.server().execute("drop table if exists written; drop function if exists written_keep;"
                    + "create table written (id bigint generated always as identity primary key, content text);" + way.sql);
            Writers.write(peer, bench, TABLE, way.name, 1, false);
        }
    }
}
