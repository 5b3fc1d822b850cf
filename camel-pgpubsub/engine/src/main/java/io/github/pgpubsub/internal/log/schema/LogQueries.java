package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.ChannelName;
import java.util.Locale;

/**
 * The statements of a reader of kept messages, for one log. Texts only: who sends them when is the reader's business.
 *
 * <p><b>Windows.</b> A place is a snapshot {@code done}; the next window is what a later snapshot {@code upto} sees and {@code done} does
 * not. Every committed row falls into exactly one window of a place, whatever its transaction did meanwhile.
 *
 * <p><b>Where a window begins.</b> {@link Statement#SNAPSHOT} takes the snapshot and then, in the same statement's execution, reads the
 * sequence ({@code upto_max_id}); {@link Statement#OPEN} comes later and notes its own xid ({@code upto_xid}). With {@code done} these
 * are {@code done_max_id} and {@code done_xid}. A row of the next window belongs to a transaction that
 * <ul>
 * <li>was running in {@code done}: one of {@code pg_snapshot_xip(done)},
 * <li>or got its xid between the snapshot and that statement: {@code pg_snapshot_xmax(done)} to {@code done_xid},
 * <li>or got its xid later. It draws ids only after it has its xid (the columns' order, and a sequence with cache 1), so after the sequence
 * was read: its ids lie above {@code done_max_id}.
 * </ul>
 * So the window begins at the least id of the first two kinds ({@link Statement#FIRST_STRAGGLER}), or at {@code done_max_id + 1}. It ends at
 * {@code upto_max_id}: who draws an id after the sequence was read isn't committed in a snapshot that was taken before.
 *
 * <p>Pages are read with {@link #SETTINGS}: after a TRUNCATE the planner's estimates are anybody's guess.
 */
public final class LogQueries {

    /** For a session that reads pages; it is never the application's. */
    public static final String SETTINGS = "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set jit = off";

    /** Prefix of the channels on which writers wake a reader: its uuid follows. */
    public static final String WAKE_PREFIX = ChannelName.WAKE_PREFIX;

    /** Where writers wake all readers of a channel that has too many for locks. */
    public static final String WAKE_ALL = WAKE_PREFIX + "all";

    private final SchemaName schema;

    /** @throws IllegalArgumentException when no schema can be called so */
    public LogQueries(String schema) {
        this.schema = new SchemaName(schema);
    }

    /** The text, to be prepared. */
    public String sql(Statement statement) {
        return statement.template.replace("${log.literal}", schema.inLiteral()).replace("${log}", schema.identifier());
    }

    /** What can be asked; parameters in the order in which they stand. Snapshots and xids travel as texts. */
    public enum Statement {

        /**
         * Takes a snapshot and an upper bound of its ids: {@code upto, upto_max_id}. No row: the transaction has an xid of its own, which
         * would look committed.
         */
        SNAPSHOT("""
                select pg_catalog.pg_current_snapshot()::pg_catalog.text,
                    coalesce(pg_catalog.pg_sequence_last_value('${log.literal}.message_id'::pg_catalog.regclass), 0)
                where pg_catalog.pg_current_xact_id_if_assigned() is null"""),

        /**
         * The first ids in the window of transactions that ran when {@code done} was stored: {@code early} of those that its snapshot names,
         * {@code late} of those that came until it was stored; null: there are none. The order of both, without sorting, is that of one
         * index alone: by its estimates the planner would at times walk the other one from the log's beginning.
         * {@code channel, done, upto, channel, upto, done, done_xid}.
         */
        FIRST_STRAGGLER("""
                select
                    (select pg_catalog.min((select m.id from ${log}.message m
                            where m.channel operator(pg_catalog.=) ?::pg_catalog.text
                                and m.txid operator(pg_catalog.>=) t.x and m.txid operator(pg_catalog.<=) t.x
                            order by m.txid, m.id limit 1))
                        from pg_catalog.pg_snapshot_xip(?::pg_catalog.pg_snapshot) as t(x)
                        where pg_catalog.pg_visible_in_snapshot(t.x, ?::pg_catalog.pg_snapshot)) as early,
                    (select pg_catalog.min(found.id) from (select m.id from ${log}.message m
                        where m.channel operator(pg_catalog.=) ?::pg_catalog.text
                            and pg_catalog.pg_visible_in_snapshot(m.txid, ?::pg_catalog.pg_snapshot)
                            and m.txid operator(pg_catalog.>=) pg_catalog.pg_snapshot_xmax(?::pg_catalog.pg_snapshot)
                            and m.txid operator(pg_catalog.<=) ?::pg_catalog.xid8
                        order by m.txid, m.id) as found) as late"""),

        /**
         * The next rows of the window, by id, until a number of rows or of bytes is reached, one row at least. The window ends with an empty
         * page. {@code channel, last_id, upto_max_id, done, upto, upto, done, upto, grp, shards, shard[], rows, bytes}.
         */
        PAGE("""
                select id, key, payload, bytes, headers::pg_catalog.text, context, sender, for_group is not null, at,
                    (extract(epoch from at) operator(pg_catalog.*) 1000000)::pg_catalog.int8, bucket
                from (
                    select id, key, payload, bytes, headers, context, sender, for_group, at, bucket, size,
                        pg_catalog.sum(size) over (order by id rows unbounded preceding) as so_far
                    from (
                        select m.id, m.key, m.payload, m.bytes, m.headers, m.context, m.sender, m.for_group, m.at, m.bucket,
                            coalesce(pg_catalog.octet_length(m.payload), 0) operator(pg_catalog.+)
                            coalesce(pg_catalog.octet_length(m.bytes), 0) operator(pg_catalog.+)
                            coalesce(pg_catalog.pg_column_size(m.headers), 0) as size
                        from ${log}.message m
                        where m.channel operator(pg_catalog.=) ?::pg_catalog.text
                            and m.id operator(pg_catalog.>) ? and m.id operator(pg_catalog.<=) ?
                            and (m.txid operator(pg_catalog.>=) pg_catalog.pg_snapshot_xmax(?::pg_catalog.pg_snapshot)
                                    and m.txid operator(pg_catalog.<) pg_catalog.pg_snapshot_xmax(?::pg_catalog.pg_snapshot)
                                    and pg_catalog.pg_visible_in_snapshot(m.txid, ?::pg_catalog.pg_snapshot)
                                or m.txid operator(pg_catalog.=) any (array(
                                    select x from pg_catalog.pg_snapshot_xip(?::pg_catalog.pg_snapshot) as t(x)
                                    where pg_catalog.pg_visible_in_snapshot(x, ?::pg_catalog.pg_snapshot))))
                            and (m.for_group is null or m.for_group operator(pg_catalog.=) ?::pg_catalog.text)
                            and m.bucket operator(pg_catalog.%) ?::pg_catalog.int2 operator(pg_catalog.=) any (?::pg_catalog.int2[])
                        order by m.id limit ?
                    ) as rows_of_page
                ) as page
                where so_far operator(pg_catalog.-) size operator(pg_catalog.<) ?
                order by id"""),

        /** As it stands, by {@code no[]}: what a reader compares with what it believes. */
        STANDING("""
                select no, epoch, owner, upto::pg_catalog.text, last_id, missed, missed_told from ${log}.place
                where no operator(pg_catalog.=) any (?::pg_catalog.int8[])"""),

        /**
         * Takes the lead of a place: a new owner and a higher epoch, also than one that a former primary server gave. Returns the place. No
         * row: the group was removed. {@code owner, no}.
         */
        LEAD("""
                update ${log}.place set owner = ?::pg_catalog.uuid, epoch = case
                    when epoch operator(pg_catalog.<)
                        (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000)::pg_catalog.int8
                    then (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000)::pg_catalog.int8
                    else epoch operator(pg_catalog.+) 1 end
                where no operator(pg_catalog.=) ?
                returning epoch, done::pg_catalog.text, done_max_id, done_xid::pg_catalog.text, upto::pg_catalog.text, upto_max_id,
                    last_id, redelivered_id, missed, missed_told"""),

        /** Whom writers wake. Null: nobody. {@code reader, leader, no[]}. */
        READER("""
                update ${log}.subscriber set reader = ?::pg_catalog.uuid, leader = ?
                where no operator(pg_catalog.=) any (?::pg_catalog.int8[])"""),

        /**
         * Stores a window, before its first message is handed out; the former one, if any, is done with that. No row: another owner, another
         * window, or the group was removed ({@link #STANDING} tells). {@code upto, upto_max_id, last_id, no, epoch, owner, former upto or ""}.
         */
        OPEN("""
                update ${log}.place set done = coalesce(upto, done), done_max_id = coalesce(upto_max_id, done_max_id),
                    done_xid = coalesce(upto_xid, done_xid),
                    upto = ?::pg_catalog.pg_snapshot, upto_max_id = ?, upto_xid = pg_catalog.pg_current_xact_id(), last_id = ?
                where no operator(pg_catalog.=) ? and epoch operator(pg_catalog.=) ? and owner operator(pg_catalog.=) ?::pg_catalog.uuid
                    and coalesce(upto::pg_catalog.text, '') operator(pg_catalog.=) ?::pg_catalog.text
                returning done::pg_catalog.text, done_max_id, done_xid::pg_catalog.text"""),

        /** The window's last message is complete, and nothing more is there. {@code no, epoch, owner, upto}. */
        DONE("""
                update ${log}.place set done = upto, done_max_id = upto_max_id, done_xid = upto_xid,
                    upto = null, upto_max_id = null, upto_xid = null
                where no operator(pg_catalog.=) ? and epoch operator(pg_catalog.=) ? and owner operator(pg_catalog.=) ?::pg_catalog.uuid
                    and upto::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                returning done::pg_catalog.text, done_max_id, done_xid::pg_catalog.text"""),

        /**
         * Moves many places within their windows, never back. Returns those that are this owner's, moved or not.
         * {@code no[], epoch[], owner[], upto[], last_id[]}.
         */
        ACKNOWLEDGE("""
                update ${log}.place p
                set last_id = case when p.last_id operator(pg_catalog.<) to_.last_id then to_.last_id else p.last_id end
                from rows from (pg_catalog.unnest(?::pg_catalog.int8[]), pg_catalog.unnest(?::pg_catalog.int8[]),
                    pg_catalog.unnest(?::pg_catalog.uuid[]), pg_catalog.unnest(?::pg_catalog.text[]),
                    pg_catalog.unnest(?::pg_catalog.int8[])) as to_(no, epoch, owner, upto, last_id)
                where p.no operator(pg_catalog.=) to_.no and p.epoch operator(pg_catalog.=) to_.epoch
                    and p.owner operator(pg_catalog.=) to_.owner and p.upto::pg_catalog.text operator(pg_catalog.=) to_.upto
                returning p.no"""),

        /**
         * The last statement of an exchange's own transaction. A frozen exchange must not hold the row for ever, so the server ends the
         * session after that time. No row: deposed, roll back. {@code last_id, no, epoch, owner, upto, timeout}.
         */
        ACKNOWLEDGE_IN_TRANSACTION(
                """
                        update ${log}.place set last_id = ?
                        where no operator(pg_catalog.=) ? and epoch operator(pg_catalog.=) ? and owner operator(pg_catalog.=) ?::pg_catalog.uuid
                            and upto::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                        returning pg_catalog.set_config('idle_in_transaction_session_timeout', ?::pg_catalog.text, true)"""),

        /** The gap with so many messages given up has been told. {@code missed, no, epoch, owner}. */
        TOLD("""
                update ${log}.place set missed_told = ?
                where no operator(pg_catalog.=) ? and epoch operator(pg_catalog.=) ? and owner operator(pg_catalog.=) ?::pg_catalog.uuid"""),

        /** Sets a message aside; the place moves in the same transaction. {@code grp, error, attempts, channel, id}. */
        PARK("""
                insert into ${log}.parked (channel, grp, id, at, key, payload, bytes, headers, context, error, attempts)
                select m.channel, ?, m.id, m.at, m.key, m.payload, m.bytes, m.headers, m.context, ?, ?
                from ${log}.message m
                where m.channel operator(pg_catalog.=) ?::pg_catalog.text and m.id operator(pg_catalog.=) ?
                on conflict (channel, grp, id, at) do update set error = excluded.error, attempts = excluded.attempts"""),

        /** Signs of life of members, leader or not. {@code no[]}. */
        SEEN("""
                insert into ${log}.seen (no) select n from pg_catalog.unnest(?::pg_catalog.int8[]) as t(n)
                on conflict (no) do update set at = excluded.at"""),

        /** The key of the session-level advisory lock that a sleeping reader holds for a channel. {@code reader, channel}. */
        SLEEP_KEY("""
                select pg_catalog.hashtextextended('pgpubsub/sleep/' operator(pg_catalog.||) ?::pg_catalog.text
                    operator(pg_catalog.||) '/' operator(pg_catalog.||) ?::pg_catalog.text, 0)"""),

        /** Makes places, or finds them: {@code no, shard, created}. {@code channel, grp, start_from, shards, expiry}. */
        JOIN("""
                select no, shard, created from ${log}.join_group(?::pg_catalog.text, ?::pg_catalog.text, ?::pg_catalog.text,
                    ?::pg_catalog.int4, ?::pg_catalog.interval)"""),

        /** Refuses, with SQLSTATE 55000, a log of another cluster. Before each {@link #LEAD}. */
        CHECK_CLUSTER("select ${log}.check_cluster()"),

        /**
         * Forgets and moves on: {@code outcome, slot, given_up, groups, expired}. In autocommit.
         * {@code retention, retention_max, group_expiry, slot_bytes}.
         */
        ROTATE("""
                select outcome, slot, given_up, groups, expired from ${log}.rotate(?::pg_catalog.interval, ?::pg_catalog.interval,
                    ?::pg_catalog.interval, ?::pg_catalog.int8)"""),

        /** An id below all that are drawn from now on. */
        LAST_ID("select coalesce(pg_catalog.pg_sequence_last_value('${log.literal}.message_id'::pg_catalog.regclass), 0)"),

        /** Raises the incarnation of a sender and so ends what its former connection may still try. {@code sender}. */
        FENCE("select ${log}.fence(?::pg_catalog.uuid)"),

        /**
         * Inserts a batch: {@code id, micros}, in its order; no rows: fenced. In autocommit.
         * {@code sender, incarnation, batch, context, channel[], key[], payload[], bytes[], headers[]}.
         */
        SEND("""
                select id, (extract(epoch from at) operator(pg_catalog.*) 1000000)::pg_catalog.int8 as micros
                from ${log}.send(?::pg_catalog.uuid, ?::pg_catalog.int8, ?::pg_catalog.int8, ?::pg_catalog.uuid,
                    ?::pg_catalog.text[], ?::pg_catalog.text[], ?::pg_catalog.text[], ?::pg_catalog.bytea[], ?::pg_catalog.text[])"""),

        /** What of a batch is in the log, after {@link #FENCE} has committed: {@code id, micros}. {@code sender, batch, after_id, channel[]}. */
        SENT("""
                select id, (extract(epoch from at) operator(pg_catalog.*) 1000000)::pg_catalog.int8 as micros
                from ${log}.sent(?::pg_catalog.uuid, ?::pg_catalog.int8, ?::pg_catalog.int8, ?::pg_catalog.text[])""");

        private final String template;

        Statement(String template) {
            this.template = template;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
