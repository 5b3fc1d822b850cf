package io.github.pgpubsub.internal.log.schema;

/** The texts of the statements that take and move a place. {@link LogQueries} tells what they mean. */
final class PlaceTexts {

    static final String TAKE = """
            select p.no, p.epoch, p.owner, p.done::pg_catalog.text, p.done_max_id, p.done_xid::pg_catalog.text,
                p.upto::pg_catalog.text, p.upto_max_id, p.upto_xid::pg_catalog.text, p.last_id, p.redelivered_id,
                p.missed operator(pg_catalog.-) p.missed_told, p.timeline operator(pg_catalog.=) ${log}.timeline(),
                coalesce(pg_catalog.pg_sequence_last_value('${log.literal}.message_id'::pg_catalog.regclass), 0)
            from ${log}.place p join ${log}.subscriber s on s.no operator(pg_catalog.=) p.no
            where s.channel operator(pg_catalog.=) ?::pg_catalog.text and s.grp operator(pg_catalog.=) ?::pg_catalog.text
                and s.shard operator(pg_catalog.=) ?::pg_catalog.int2 and s.shards operator(pg_catalog.=) ?::pg_catalog.int2
            for update of p""";

    static final String LEAD = """
            update ${log}.place set owner = ?::pg_catalog.uuid, redelivered_id = ?, timeline = ${log}.timeline(), epoch = case
                when epoch operator(pg_catalog.<)
                    (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000)::pg_catalog.int8
                then (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000)::pg_catalog.int8
                else epoch operator(pg_catalog.+) 1 end
            where no operator(pg_catalog.=) ?
            returning epoch""";

    static final String ACKNOWLEDGE = """
            update ${log}.place p set
                last_id = case when p.last_id operator(pg_catalog.<) v.last_id then v.last_id else p.last_id end,
                done = case when v.whole then coalesce(p.upto, p.done) else p.done end,
                done_max_id = case when v.whole then coalesce(p.upto_max_id, p.done_max_id) else p.done_max_id end,
                done_xid = case when v.whole then coalesce(p.upto_xid, p.done_xid) else p.done_xid end,
                upto = case when v.whole then null else p.upto end,
                upto_max_id = case when v.whole then null else p.upto_max_id end,
                upto_xid = case when v.whole then null else p.upto_xid end,
                owner = case when v.release then null else p.owner end,
                missed_told = p.missed_told operator(pg_catalog.+) v.told
            from (select ?::pg_catalog.int8 as last_id, ?::pg_catalog.bool as whole, ?::pg_catalog.bool as release,
                ?::pg_catalog.int8 as told) as v
            where p.no operator(pg_catalog.=) ? and p.epoch operator(pg_catalog.=) ? and p.owner operator(pg_catalog.=) ?::pg_catalog.uuid
                and coalesce(p.upto::pg_catalog.text, '') operator(pg_catalog.=) ?::pg_catalog.text
                and coalesce(p.upto_max_id, 0) operator(pg_catalog.=) ?
                and coalesce(p.upto_xid::pg_catalog.text, '') operator(pg_catalog.=) ?::pg_catalog.text
                and p.timeline operator(pg_catalog.=) ${log}.timeline()
            returning p.no""";

    static final String ACKNOWLEDGE_IN_TRANSACTION = """
            update ${log}.place p set last_id = case when p.last_id operator(pg_catalog.<) v.last_id then v.last_id else p.last_id end
            from (select ?::pg_catalog.int8 as last_id) as v
            where p.no operator(pg_catalog.=) ? and p.epoch operator(pg_catalog.=) ? and p.owner operator(pg_catalog.=) ?::pg_catalog.uuid
                and p.upto::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
            returning pg_catalog.set_config('idle_in_transaction_session_timeout', ?::pg_catalog.text, true),"""
            + LogQueries.DURABLE;

    static final String PARK = """
            insert into ${log}.parked (channel, grp, id, at, key, payload, bytes, headers, context, error, attempts)
            values (?, ?, ?, ?, ?, ?, ?, ?::pg_catalog.jsonb, ?, ?, ?)
            on conflict (channel, grp, id, at) do update set error = excluded.error, attempts = excluded.attempts
            returning""" + " " + LogQueries.DURABLE;

    private PlaceTexts() {}
}
