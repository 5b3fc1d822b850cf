package io.github.pgpubsub.internal.log.schema;

/** The texts of the statements that ask who holds a place or a partition. {@link LogQueries} tells what they mean. */
final class HolderTexts {

    static final String BLOCKER = """
            select coalesce(
                (select 'backend ' operator(pg_catalog.||) l.pid::pg_catalog.text operator(pg_catalog.||)
                    case when r.oid is null
                        or (select u.rolsuper from pg_catalog.pg_roles u where u.rolname operator(pg_catalog.=) current_user)
                        or not r.rolsuper and (pg_catalog.pg_has_role(r.oid, 'USAGE')
                            or pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')) then ''
                    else ', and this user may not end its session (pg_terminate_backend needs the same role, or membership in pg_signal_backend)'
                    end
                    from pg_catalog.pg_locks l
                        left join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid
                        left join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) a.usesysid
                    where l.locktype operator(pg_catalog.=) 'transactionid' and l.granted and l.pid is not null
                        and l.transactionid operator(pg_catalog.=) p.xmax limit 1),
                (select 'prepared transaction ' operator(pg_catalog.||) x.gid from pg_catalog.pg_prepared_xacts x
                    where x.transaction operator(pg_catalog.=) p.xmax),
                'another transaction')
            from ${log}.place p join ${log}.subscriber s on s.no operator(pg_catalog.=) p.no
            where s.channel operator(pg_catalog.=) ?::pg_catalog.text and s.grp operator(pg_catalog.=) ?::pg_catalog.text
                and s.shard operator(pg_catalog.=) ?::pg_catalog.int2""";

    static final String END_BLOCKER = """
            select pg_catalog.pg_terminate_backend(l.pid)
            from ${log}.place p join ${log}.subscriber s on s.no operator(pg_catalog.=) p.no
                join pg_catalog.pg_locks l on l.transactionid operator(pg_catalog.=) p.xmax
            where s.channel operator(pg_catalog.=) ?::pg_catalog.text and s.grp operator(pg_catalog.=) ?::pg_catalog.text
                and s.shard operator(pg_catalog.=) ?::pg_catalog.int2
                and l.locktype operator(pg_catalog.=) 'transactionid' and l.granted and l.pid is not null
                and l.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid()""";

    static final String USERS = """
            select coalesce('backend ' operator(pg_catalog.||) l.pid::pg_catalog.text operator(pg_catalog.||)
                    case when a.application_name operator(pg_catalog.<>) '' then ' (' operator(pg_catalog.||) a.application_name
                        operator(pg_catalog.||) ')' else '' end,
                'prepared transaction ' operator(pg_catalog.||) x.gid, 'another transaction')
            from pg_catalog.pg_locks l
                join pg_catalog.pg_inherits i on i.inhrelid operator(pg_catalog.=) l.relation
                join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) l.relation
                left join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid
                left join pg_catalog.pg_locks t on l.pid is null and t.pid is null
                    and t.locktype operator(pg_catalog.=) 'transactionid'
                    and t.virtualtransaction operator(pg_catalog.=) l.virtualtransaction
                left join pg_catalog.pg_prepared_xacts x on x.transaction operator(pg_catalog.=) t.transactionid
            where l.locktype operator(pg_catalog.=) 'relation' and l.granted
                and (l.pid is null or l.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid())
                and l.database operator(pg_catalog.=) (select d.oid from pg_catalog.pg_database d
                    where d.datname operator(pg_catalog.=) pg_catalog.current_database())
                and i.inhparent operator(pg_catalog.=) '${log.literal}.message'::pg_catalog.regclass
                and c.relname operator(pg_catalog.=) ('message_' operator(pg_catalog.||) ?::pg_catalog.int4::pg_catalog.text)
            order by l.pid limit 50""";

    private HolderTexts() {}
}
