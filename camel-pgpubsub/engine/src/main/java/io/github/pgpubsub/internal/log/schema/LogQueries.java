package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.ChannelName;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The statements for kept messages, of readers, senders and the upkeep, for one log. Texts only: others decide when to send them.
 *
 * <p><b>Windows.</b> A place is a snapshot {@code done}; the next window is what a later snapshot {@code upto} sees and {@code done} does
 * not. Every committed row falls into exactly one window of a place, whatever its transaction did meanwhile.
 *
 * <p><b>Where a window begins.</b> {@link Statement#OPEN} takes the snapshot, then reads the sequence ({@code upto_max_id}), then draws its
 * own xid ({@code upto_xid}). With {@code done} these are {@code done_max_id} and {@code done_xid}. A row of the next window belongs to a
 * transaction that
 * <ul>
 * <li>was running in {@code done}: one of {@code pg_snapshot_xip(done)},
 * <li>or got its xid between the snapshot and that one: {@code pg_snapshot_xmax(done)} to {@code done_xid},
 * <li>or got its xid later. It draws ids only after it has its xid (the columns' order, and a sequence with cache 1), so after the sequence
 * was read: its ids lie above {@code done_max_id}.
 * </ul>
 * So two queries cover a window, and neither has to search for its lower end: {@link Statement#STRAGGLERS} finds the first two kinds by their
 * xids, as far as their ids lie up to {@code done_max_id}, and {@link Statement#REST} everything with higher ids. The window ends at
 * {@code upto_max_id}: a transaction that draws an id after the sequence was read is not yet committed in the earlier snapshot.
 *
 * <p>Pages are read with {@link #SETTINGS}: after a TRUNCATE the planner's estimates are anybody's guess.
 */
public final class LogQueries {

    /**
     * For a session that reads pages; it is never the application's. Generic plans: to plan one of these statements takes longer than to
     * run it, and its plan does not depend on the parameters.
     */
    public static final Map<String, String> SETTINGS = Map.of("enable_seqscan", "off", "enable_bitmapscan", "off", "enable_sort",
            "off",
            "jit", "off", "plan_cache_mode", "force_generic_plan");

    /** Prefix of the channels on which writers wake a reader: its uuid follows. */
    public static final String WAKE_PREFIX = ChannelName.WAKE_PREFIX;

    /** Where writers wake all readers of a channel that has too many for locks. */
    public static final String WAKE_ALL = WAKE_PREFIX + "all";

    /** Raises synchronous_commit from off for the transaction; other values are the user's. */
    public static final String DURABLE = "pg_catalog.set_config('synchronous_commit', "
            + "case when pg_catalog.current_setting('synchronous_commit') operator(pg_catalog.=) 'off' then 'on' "
            + "else pg_catalog.current_setting('synchronous_commit') end, true)";

    private final Map<Statement, String> texts = new EnumMap<>(Statement.class);
    private final String storeFunction;

    /** @throws IllegalArgumentException when no schema can be called so */
    public LogQueries(String schema) {
        SchemaName name = new SchemaName(schema);
        storeFunction = name.identifier() + ".store";
        for (Statement each : Statement.values()) {
            texts.put(each, each.template.replace("${log.literal}", name.inLiteral()).replace("${log}", name.identifier()));
        }
    }

    /** The name of the function that keeps a payload and returns the notification to send in its place: {@code (channel, payload)}. */
    public String storeFunction() {
        return storeFunction;
    }

    /** {@link #SETTINGS} as statements. {@code set} or {@code set local}. */
    public static String settings(String set) {
        return SETTINGS.entrySet().stream().map(each -> set + " " + each.getKey() + " = " + each.getValue())
                .collect(Collectors.joining("; "));
    }

    /** The text, to be prepared. */
    public String sql(Statement statement) {
        return Objects.requireNonNull(texts.get(statement));
    }

    /** What can be asked; parameters in the order in which they stand. Snapshots and xids travel as texts. */
    public enum Statement {

        /**
         * Settings of the transaction of step 0, and the refusal, with SQLSTATE 55000, of a log of another cluster: its own. A durable commit,
         * and no long wait for a row that an exchange's transaction holds: other groups would wait, too.
         */
        PREPARE_TO_TAKE("select ${log}.check_cluster() from (select pg_catalog.set_config('lock_timeout', '1s', true), "
                + DURABLE + " offset 0) as settings"),

        /**
         * A place as it is, locked until the end of the transaction: {@code no, epoch, owner, done, done_max_id, done_xid, upto, upto_max_id,
         * upto_xid, last_id, redelivered_id, missed, same_timeline, sequence}. No row: there is none, or the group has another number of shards.
         * {@code channel, grp, shard, shards}.
         */
        TAKE(PlaceTexts.TAKE),

        /**
         * Takes the lead of a place: a new owner and a higher epoch, also than one that a former primary server gave. {@code epoch}.
         * {@code owner, redelivered_id, no}.
         */
        LEAD(PlaceTexts.LEAD),

        /** The transaction that holds a place, in words, and whether this role may not end it. {@code channel, grp, shard}. */
        BLOCKER(HolderTexts.BLOCKER),

        /** Ends the session whose transaction holds a place. {@code channel, grp, shard}. */
        END_BLOCKER(HolderTexts.END_BLOCKER),

        /** Who reads a place, and whom writers wake. Null: nobody. {@code reader, leader, no}. */
        READER("""
                update ${log}.subscriber set reader = ?::pg_catalog.uuid, leader = ? where no operator(pg_catalog.=) ?"""),

        /**
         * Opens a window if there is anything in it, all in one statement: takes a snapshot, reads the sequence, draws an xid, stores them. A
         * visible row with an id above {@code done_max_id} is in the window, and so are the stragglers' (see above). Always one row:
         * {@code upto, upto_max_id, upto_xid, missed} of the new window, or nulls; {@code epoch, owner, upto, done, done_max_id, done_xid} as the
         * place was, or nulls: there is none; and {@code valid}. Not valid: the transaction has an xid of its own, which would look committed.
         * {@code no, epoch, owner, done, done_max_id, done_xid, channel, done_max_id, done, channel, channel, done, done_xid, no}.
         */
        OPEN(WindowTexts.OPEN),

        /**
         * {@link #ACKNOWLEDGE} of a whole window and {@link #OPEN} of the next one, in one statement and one transaction. The snapshot is
         * taken, as in OPEN, by the statement that stores it, before its transaction has an xid. Columns as of OPEN, with the place as it was
         * before, and then {@code moved}: null if another owner or another window was found, and nothing was changed. The end of the closed
         * window is the next one's {@code done}.
         * {@code channel, upto_max_id, upto, channel, channel, upto, upto_xid, last_id, told, no, epoch, owner, upto, upto_max_id, upto_xid, no}.
         */
        NEXT(WindowTexts.NEXT),

        /**
         * {@link #OPEN} with the end of a window that another place of the same group has, as one of those {@code no}. Columns as of OPEN; not
         * valid: none of them has it. {@code upto, upto_max_id, upto_xid, no[], no, epoch, owner, done, done_max_id, done_xid, no}.
         */
        OPEN_TO_SHARED_END(WindowTexts.OPEN_TO_SHARED_END),

        /**
         * {@link #NEXT} with such an end. Columns as of NEXT; not valid: none has it, and nothing was changed.
         * {@code upto, upto_max_id, upto_xid, no[], told, no, epoch, owner, own upto, upto_max_id, upto_xid, no}.
         */
        NEXT_TO_SHARED_END(WindowTexts.NEXT_TO_SHARED_END),

        /**
         * How many messages wait for the next window, stragglers excepted, and the age of the oldest, milliseconds or null.
         * {@code channel, done_max_id, most}.
         */
        WAITING("""
                select pg_catalog.count(*), (extract(epoch from pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.min(at))
                    operator(pg_catalog.*) 1000)::pg_catalog.int8
                from (select m.at from ${log}.message m
                    where m.channel operator(pg_catalog.=) ?::pg_catalog.text and m.id operator(pg_catalog.>) ?
                    order by m.id limit ?) as waiting"""),

        /**
         * The next rows of a window's stragglers, by id, until a number of rows or of bytes is reached, one row at least. Columns: {@link #REST}.
         * Each transaction's rows are a range of an index: comparing rows keeps the planner from walking the other one.
         * {@code done, upto, done, done_xid, upto, channel, last_id, end, channel's group, shards, shard[], rows, rows, bytes}.
         */
        STRAGGLERS(WindowTexts.STRAGGLERS),

        /**
         * {@link #STRAGGLERS} of the window that was opened just before in the same transaction, from its beginning.
         * {@code done, no, done, done_xid, no, channel, last_id, end, channel's group, shards, shard[], rows, rows, bytes}.
         */
        FIRST_STRAGGLERS(WindowTexts.FIRST_STRAGGLERS),

        /**
         * The next rows of the rest of a window, by id, until a number of rows or of bytes is reached, one row at least: {@code id, at, key,
         * payload, bytes, headers, context, size, for_group, bucket}; {@code at} in 8 bytes, microseconds since 2000. If neither number is reached, there are no more.
         * {@code channel, last_id, upto_max_id, done, upto, upto, done, upto, grp, shards, shard[], rows, bytes}.
         */
        REST(WindowTexts.REST),

        /**
         * {@link #REST} of the window that was opened just before in the same transaction.
         * {@code channel, last_id, no, done, no, no, done, no, grp, shards, shard[], rows, bytes}.
         */
        FIRST_REST(WindowTexts.FIRST_REST),

        /** A place as it stands: {@code epoch, owner}. {@code no}. */
        STANDING("select epoch, owner from ${log}.place where no operator(pg_catalog.=) ?"),

        /**
         * Moves a place, never back. No row: another owner or another window, or the group was removed ({@link #STANDING} tells), or the
         * timeline is another than in step 0: a pooler leads to a new primary, which may lack effects of {@code ackMode=transaction}.
         * {@code last_id, whole, release, told, no, epoch, owner, upto or "", upto_max_id or 0, upto_xid or ""}.
         */
        ACKNOWLEDGE(PlaceTexts.ACKNOWLEDGE),

        /**
         * The last statement of an exchange's own transaction. A frozen exchange must not hold the row for ever, so the server ends the
         * session after that time. Its commit is durable, for the message counts as complete then. No row: deposed, roll back. {@code last_id, no, epoch, owner, upto, timeout}.
         */
        ACKNOWLEDGE_IN_TRANSACTION(PlaceTexts.ACKNOWLEDGE_IN_TRANSACTION),

        /**
         * Sets a message aside; the place moves in the same transaction, which also proves that it is this owner's, and is durable.
         * The values are the reader's: the log may have given up the row. {@code channel, grp, id, at, key, payload, bytes, headers, context, error, attempts}.
         */
        PARK(PlaceTexts.PARK),

        /** Signs of life of members, leader or not; groups that were removed have none. {@code no[]}. */
        SEEN("""
                insert into ${log}.seen (no) select s.no from ${log}.subscriber s where s.no operator(pg_catalog.=) any (?::pg_catalog.int8[])
                on conflict (no) do update set at = excluded.at"""),

        /** Tries the session-level advisory lock that a sleeping reader holds for a channel. {@code reader, channel}. */
        SLEEP("""
                select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('pgpubsub/sleep/' operator(pg_catalog.||)
                    ?::pg_catalog.text operator(pg_catalog.||) '/' operator(pg_catalog.||) ?::pg_catalog.text, 0))"""),

        /** Gives that lock back. {@code reader, channel}. */
        AWAKE("""
                select pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended('pgpubsub/sleep/' operator(pg_catalog.||)
                    ?::pg_catalog.text operator(pg_catalog.||) '/' operator(pg_catalog.||) ?::pg_catalog.text, 0))"""),

        /** A group that begins again: what is written up to now may have been processed. {@code no}. */
        MARK_ALL("""
                update ${log}.place set redelivered_id =
                    coalesce(pg_catalog.pg_sequence_last_value('${log.literal}.message_id'::pg_catalog.regclass), 0)
                where no operator(pg_catalog.=) ?"""),

        /** Makes places, or finds them: {@code no, shard, created}. {@code channel, grp, start_from, shards, expiry}. */
        JOIN("""
                select no, shard, created from ${log}.join_group(?::pg_catalog.text, ?::pg_catalog.text, ?::pg_catalog.text,
                    ?::pg_catalog.int4, ?::pg_catalog.interval)"""),

        /** Removes a group with its place and its parked messages: whether it was there. {@code channel, grp}. */
        DROP_GROUP("select ${log}.drop_group(?::pg_catalog.text, ?::pg_catalog.text)"),

        /** Sends a group elsewhere. {@code channel, grp, start_from}. */
        SEEK("select ${log}.seek(?::pg_catalog.text, ?::pg_catalog.text, ?::pg_catalog.text)"),

        /** Writes parked messages to the log again: how many. {@code channel, grp, id or null, micros or null}. */
        REQUEUE("select ${log}.requeue(?::pg_catalog.text, ?::pg_catalog.text, ?::pg_catalog.int8, ?::pg_catalog.int8)"),

        /** Watches a table: whether there was anything to do. {@code table, channel, operations, durable}. */
        WATCH("select ${log}.watch(?::pg_catalog.regclass, ?::pg_catalog.text, ?::pg_catalog.text[], ?::pg_catalog.bool)"),

        /**
         * All groups, or those of a channel: {@code channel, grp, shard, shards, lag, lag_seconds, leader, epoch, parked, missed}.
         * {@code channel or null, channel or null}.
         */
        GROUPS("""
                select channel, grp, shard, shards, lag, lag_seconds, leader, epoch, parked, missed from ${log}.groups
                where ?::pg_catalog.text is null or channel operator(pg_catalog.=) ?::pg_catalog.text
                order by channel, grp, shard"""),

        /** A row if there is a log that this role may read; asks for no right. {@code schema}. */
        READABLE("""
                select 'readable' from pg_catalog.pg_class c
                    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
                where n.nspname operator(pg_catalog.=) ?::pg_catalog.name and c.relname operator(pg_catalog.=) 'subscriber'
                    and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select')"""),

        /** The first groups of a channel by name. {@code channel}. */
        GROUP_NAMES(
                """
                        select grp from ${log}.subscriber where channel operator(pg_catalog.=) ?::pg_catalog.text and shard operator(pg_catalog.=) 0 order by grp limit 5"""),

        /** Which database of which cluster this is, whatever leads to it. */
        IDENTITY(
                """
                        select c.system_identifier::pg_catalog.text operator(pg_catalog.||) '/' operator(pg_catalog.||) d.oid::pg_catalog.text
                        from pg_catalog.pg_control_system() c, pg_catalog.pg_database d
                        where d.datname operator(pg_catalog.=) pg_catalog.current_database()"""),

        /**
         * A place, for an exchange's own transaction: {@code epoch, owner, upto, last_id, same_timeline, transaction_isolation}. Its role needs no
         * right but for the place, so the log's function for the timeline is written out. {@code no}.
         */
        STANDING_IN_TRANSACTION("""
                select epoch, owner, upto::pg_catalog.text, last_id, timeline operator(pg_catalog.=) pg_catalog.substr(
                        pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8),
                    pg_catalog.current_setting('transaction_isolation')
                from ${log}.place where no operator(pg_catalog.=) ?"""),

        /**
         * Writes a message in a transaction of the application: {@code id, micros}. The sender's rights do not reach the column context, so it
         * comes by the column's default. {@code context, channel, key, payload, bytes, headers}.
         */
        INSERT(insert("pg_catalog.set_config('pgpubsub.context', ?, true)")),

        /** As {@link #INSERT}, and nothing that this transaction writes from here on wakes anybody. */
        INSERT_QUIETLY(insert("""
                pg_catalog.set_config('pgpubsub.wake_up', 'none', true) operator(pg_catalog.||)
                    pg_catalog.set_config('pgpubsub.context', ?, true)""")),

        /**
         * Forgets and moves on: {@code outcome, slot, given_up, groups, expired}. In autocommit.
         * {@code retention, retention_max, group_expiry, slot_bytes}.
         */
        ROTATE("""
                select outcome, slot, given_up, groups, expired from ${log}.rotate(?::pg_catalog.interval, ?::pg_catalog.interval,
                    ?::pg_catalog.interval, ?::pg_catalog.int8)"""),

        /**
         * Who uses a partition, in words: writers, readers, and whoever reads all tables, such as a dump; a row for each of their
         * locks. {@code slot}.
         */
        USERS(HolderTexts.USERS),

        /** An id below all that are drawn from now on. */
        LAST_ID("select coalesce(pg_catalog.pg_sequence_last_value('${log.literal}.message_id'::pg_catalog.regclass), 0)"),

        /** The payload that a notification refers to: {@code genuine, payload}. {@code channel, notification}. */
        STORED("select genuine, payload from ${log}.stored(?::pg_catalog.text, ?::pg_catalog.text)"),

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

        private static String insert(String settings) {
            return """
                    with set_first as materialized (select ${settings} as done)
                    insert into ${log}.message (channel, key, payload, bytes, headers)
                    select v.channel, v.key, v.payload, v.bytes, v.headers
                    from set_first, (values (?::pg_catalog.text, ?::pg_catalog.text, ?::pg_catalog.text, ?::pg_catalog.bytea,
                        ?::pg_catalog.jsonb)) as v (channel, key, payload, bytes, headers)
                    where set_first.done is not null
                    returning id, (extract(epoch from at) operator(pg_catalog.*) 1000000)::pg_catalog.int8"""
                    .replace("${settings}", settings);
        }

        Statement(String template) {
            this.template = template;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
