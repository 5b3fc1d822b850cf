package io.github.pgpubsub.internal.log.schema;

/**
 * The texts of the statements that open windows and read their pages, made of what they have in common. {@link LogQueries} tells what
 * they mean and in which order their parameters stand.
 */
final class WindowTexts {

    /** One window function, and no arithmetic on the time: these took two thirds of a page's time. */
    private static final String PAGE_HEAD = """
            select id, pg_catalog.timestamptz_send(at), key, payload, bytes, headers::pg_catalog.text, context, size, for_group is not null, bucket
            from (
                select page.*, pg_catalog.sum(size) over (order by id rows unbounded preceding) as so_far
                from (
                    select m.id, m.at, m.key, m.payload, m.bytes, m.headers, m.context, m.for_group,
                        coalesce(pg_catalog.octet_length(m.payload), 0) operator(pg_catalog.+)
                        coalesce(pg_catalog.octet_length(m.bytes), 0) operator(pg_catalog.+)
                        coalesce(pg_catalog.pg_column_size(m.headers), 0) as size, m.bucket
            """;

    private static final String PAGE_TAIL = """

                ) as page
            ) as sized
            where so_far operator(pg_catalog.-) size operator(pg_catalog.<) ?
            order by id""";

    /** The lower bounds of a window, and whether anything is in it: {@code channel, done_max_id, done, channel, channel, done, done_xid}. */
    private static final String ANYTHING = " " + """
            ((select m.id from ${log}.message m
                                where m.channel operator(pg_catalog.=) ?::pg_catalog.text and m.id operator(pg_catalog.>) ?
                                order by m.id limit 1) is not null
                            or exists (select from pg_catalog.pg_snapshot_xip(?::pg_catalog.pg_snapshot) as t(x)
                                where (select m.id from ${log}.message m
                                    where m.channel operator(pg_catalog.=) ?::pg_catalog.text
                                        and m.txid operator(pg_catalog.>=) t.x and m.txid operator(pg_catalog.<=) t.x
                                    order by m.txid, m.id limit 1) is not null)
                            or (select m.id from ${log}.message m
                                where m.channel operator(pg_catalog.=) ?::pg_catalog.text
                                    and m.txid operator(pg_catalog.>=) pg_catalog.pg_snapshot_xmax(?::pg_catalog.pg_snapshot)
                                    and m.txid operator(pg_catalog.<=) ?::pg_catalog.xid8
                                order by m.txid, m.id limit 1) is not null)""";

    /** Takes a snapshot, then reads the sequence. No row if the transaction has an xid of its own. */
    private static final String NOW = "select pg_catalog.pg_current_snapshot() as upto, "
            + "coalesce(pg_catalog.pg_sequence_last_value('${log.literal}.message_id'::pg_catalog.regclass), 0) as max_id, "
            + LogQueries.DURABLE + " as durable where pg_catalog.pg_current_xact_id_if_assigned() is null";

    /**
     * The end of a window that a place of the same group has: {@code upto, upto_max_id, upto_xid, no[]}. No row if none has it, behind a
     * pooler for example, where the server may be another one by now.
     */
    private static final String SHARED_END = """
            select e.upto, e.max_id, e.xid, ${durable} as durable
                from (select ?::pg_catalog.pg_snapshot as upto, ?::pg_catalog.int8 as max_id, ?::pg_catalog.xid8 as xid) as e
                where exists (select from ${log}.place w where w.no operator(pg_catalog.=) any (?::pg_catalog.int8[])
                    and (w.upto::pg_catalog.text operator(pg_catalog.=) e.upto::pg_catalog.text
                            and w.upto_max_id operator(pg_catalog.=) e.max_id and w.upto_xid operator(pg_catalog.=) e.xid
                        or w.done::pg_catalog.text operator(pg_catalog.=) e.upto::pg_catalog.text
                            and w.done_max_id operator(pg_catalog.=) e.max_id and w.done_xid operator(pg_catalog.=) e.xid))"""
            .replace("${durable}", LogQueries.DURABLE);

    private static final String STRAGGLERS_FROM = """
            from pg_catalog.unnest(pg_catalog.array_cat(
                    array(select x from pg_catalog.pg_snapshot_xip(?::pg_catalog.pg_snapshot) as t(x)
                        where pg_catalog.pg_visible_in_snapshot(x, ${upto})),
                    array(select n::pg_catalog.text::pg_catalog.xid8 from pg_catalog.generate_series(
                            pg_catalog.pg_snapshot_xmax(?::pg_catalog.pg_snapshot)::pg_catalog.text::pg_catalog.int8,
                            ?::pg_catalog.int8) as s(n)
                        where pg_catalog.pg_visible_in_snapshot(n::pg_catalog.text::pg_catalog.xid8,
                            ${upto})))) as late(x)
                cross join lateral (
                    select e.* from ${log}.message e
                    where e.channel operator(pg_catalog.=) ?::pg_catalog.text
                        and row(e.txid, e.id) operator(pg_catalog.>) row(late.x, ?::pg_catalog.int8)
                        and e.txid operator(pg_catalog.<=) late.x and e.id operator(pg_catalog.<=) ?
                        and (e.for_group is null or e.for_group operator(pg_catalog.=) ?::pg_catalog.text)
                        and e.bucket operator(pg_catalog.%) ?::pg_catalog.int2 operator(pg_catalog.=) any (?::pg_catalog.int2[])
                    order by e.txid, e.id limit ?) as m
            order by m.id limit ?""";

    private static final String REST_FROM = """
            from ${log}.message m
            where m.channel operator(pg_catalog.=) ?::pg_catalog.text
                and m.id operator(pg_catalog.>) ? and m.id operator(pg_catalog.<=) ${upto_max_id}
                and (m.txid operator(pg_catalog.>=) pg_catalog.pg_snapshot_xmax(?::pg_catalog.pg_snapshot)
                        and m.txid operator(pg_catalog.<) pg_catalog.pg_snapshot_xmax(${upto})
                        and pg_catalog.pg_visible_in_snapshot(m.txid, ${upto})
                    or m.txid operator(pg_catalog.=) any (array(
                        select x from pg_catalog.pg_snapshot_xip(?::pg_catalog.pg_snapshot) as t(x)
                        where pg_catalog.pg_visible_in_snapshot(x, ${upto}))))
                and (m.for_group is null or m.for_group operator(pg_catalog.=) ?::pg_catalog.text)
                and m.bucket operator(pg_catalog.%) ?::pg_catalog.int2 operator(pg_catalog.=) any (?::pg_catalog.int2[])
            order by m.id limit ?""";

    /** The end of a window as a parameter. */
    private static String given(String template) {
        return template.replace("${upto_max_id}", "?").replace("${upto}", "?::pg_catalog.pg_snapshot");
    }

    /** The end of the window that the statement before this one has stored, in the same transaction. {@code no} for each of them. */
    private static String stored(String template) {
        return template
                .replace("${upto_max_id}", "(select w.upto_max_id from ${log}.place w where w.no operator(pg_catalog.=) ?)")
                .replace("${upto}", "(select w.upto from ${log}.place w where w.no operator(pg_catalog.=) ?)");
    }

    static final String OPEN = "with now_ as materialized (" + NOW + "), opened as (" + """
            update ${log}.place p set upto = n.upto, upto_max_id = n.max_id,
                upto_xid = case when n.max_id is not null and n.durable is not null then pg_catalog.pg_current_xact_id() end,
                last_id = 0
            from now_ n
            where p.no operator(pg_catalog.=) ? and p.epoch operator(pg_catalog.=) ?
                and p.owner operator(pg_catalog.=) ?::pg_catalog.uuid and p.upto is null
                and p.done::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                and p.done_max_id operator(pg_catalog.=) ?
                and p.done_xid::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                and""" + ANYTHING + """

                returning p.upto::pg_catalog.text as upto, p.upto_max_id, p.upto_xid::pg_catalog.text as upto_xid,
                    p.missed operator(pg_catalog.-) p.missed_told as missed
            )
            select o.upto, o.upto_max_id, o.upto_xid,
                coalesce(o.missed, p.missed operator(pg_catalog.-) p.missed_told), p.epoch, p.owner, p.upto::pg_catalog.text,
                p.done::pg_catalog.text, p.done_max_id, p.done_xid::pg_catalog.text, exists (select from now_)
            from (select 1) as one left join opened o on true
                left join ${log}.place p on p.no operator(pg_catalog.=) ?""";

    static final String NEXT = "with now_ as materialized (" + NOW + "), more as materialized (select" + ANYTHING
            + " as found), moved as ("
            + """
                        update ${log}.place p set
                            done = p.upto, done_max_id = p.upto_max_id, done_xid = p.upto_xid,
                            upto = case when v.found then n.upto end, upto_max_id = case when v.found then n.max_id end,
                            upto_xid = case when v.found and n.max_id is not null and n.durable is not null then pg_catalog.pg_current_xact_id() end,
                            last_id = case when v.found then 0 when p.last_id operator(pg_catalog.<) a.last_id then a.last_id else p.last_id end,
                            missed_told = p.missed_told operator(pg_catalog.+) a.told
                        from now_ n, more v, (select ?::pg_catalog.int8 as last_id, ?::pg_catalog.int8 as told) as a
                        where p.no operator(pg_catalog.=) ? and p.epoch operator(pg_catalog.=) ? and p.owner operator(pg_catalog.=) ?::pg_catalog.uuid
                            and p.upto::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                            and p.upto_max_id operator(pg_catalog.=) ?
                            and p.upto_xid::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                            and p.timeline operator(pg_catalog.=) ${log}.timeline()
                        returning p.upto::pg_catalog.text as upto, p.upto_max_id, p.upto_xid::pg_catalog.text as upto_xid,
                            p.missed operator(pg_catalog.-) p.missed_told as missed, true as moved
                    )
                    select o.upto, o.upto_max_id, o.upto_xid,
                        coalesce(o.missed, p.missed operator(pg_catalog.-) p.missed_told), p.epoch, p.owner, p.upto::pg_catalog.text,
                        p.done::pg_catalog.text, p.done_max_id, p.done_xid::pg_catalog.text, exists (select from now_), o.moved
                    from (select 1) as one left join moved o on true
                        left join ${log}.place p on p.no operator(pg_catalog.=) ?""";

    static final String OPEN_TO_SHARED_END = "with now_ as materialized (" + SHARED_END + "), opened as (" + """
            update ${log}.place p set upto = n.upto, upto_max_id = n.max_id, upto_xid = n.xid, last_id = 0
            from now_ n
            where p.no operator(pg_catalog.=) ? and p.epoch operator(pg_catalog.=) ?
                and p.owner operator(pg_catalog.=) ?::pg_catalog.uuid and p.upto is null and n.durable is not null
                and p.done::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                and p.done_max_id operator(pg_catalog.=) ?
                and p.done_xid::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                and p.done_xid operator(pg_catalog.<) n.xid
            returning p.upto::pg_catalog.text as upto, p.upto_max_id, p.upto_xid::pg_catalog.text as upto_xid,
                p.missed operator(pg_catalog.-) p.missed_told as missed
            )
            select o.upto, o.upto_max_id, o.upto_xid,
                coalesce(o.missed, p.missed operator(pg_catalog.-) p.missed_told), p.epoch, p.owner, p.upto::pg_catalog.text,
                p.done::pg_catalog.text, p.done_max_id, p.done_xid::pg_catalog.text, exists (select from now_)
            from (select 1) as one left join opened o on true
                left join ${log}.place p on p.no operator(pg_catalog.=) ?""";

    static final String NEXT_TO_SHARED_END = "with now_ as materialized (" + SHARED_END + "), moved as ("
            + """
                    update ${log}.place p set
                        done = p.upto, done_max_id = p.upto_max_id, done_xid = p.upto_xid,
                        upto = n.upto, upto_max_id = n.max_id, upto_xid = n.xid, last_id = 0,
                        missed_told = p.missed_told operator(pg_catalog.+) ?::pg_catalog.int8
                    from now_ n
                    where p.no operator(pg_catalog.=) ? and p.epoch operator(pg_catalog.=) ? and p.owner operator(pg_catalog.=) ?::pg_catalog.uuid
                        and p.upto::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                        and p.upto_max_id operator(pg_catalog.=) ?
                        and p.upto_xid::pg_catalog.text operator(pg_catalog.=) ?::pg_catalog.text
                        and p.upto_xid operator(pg_catalog.<) n.xid and n.durable is not null
                        and p.timeline operator(pg_catalog.=) ${log}.timeline()
                    returning p.upto::pg_catalog.text as upto, p.upto_max_id, p.upto_xid::pg_catalog.text as upto_xid,
                        p.missed operator(pg_catalog.-) p.missed_told as missed, true as moved
                    )
                    select o.upto, o.upto_max_id, o.upto_xid,
                        coalesce(o.missed, p.missed operator(pg_catalog.-) p.missed_told), p.epoch, p.owner, p.upto::pg_catalog.text,
                        p.done::pg_catalog.text, p.done_max_id, p.done_xid::pg_catalog.text, exists (select from now_), o.moved
                    from (select 1) as one left join moved o on true
                        left join ${log}.place p on p.no operator(pg_catalog.=) ?""";

    static final String STRAGGLERS = given(PAGE_HEAD + STRAGGLERS_FROM + PAGE_TAIL);

    static final String FIRST_STRAGGLERS = stored(PAGE_HEAD + STRAGGLERS_FROM + PAGE_TAIL);

    static final String REST = given(PAGE_HEAD + REST_FROM + PAGE_TAIL);

    static final String FIRST_REST = stored(PAGE_HEAD + REST_FROM + PAGE_TAIL);

    private WindowTexts() {}
}
