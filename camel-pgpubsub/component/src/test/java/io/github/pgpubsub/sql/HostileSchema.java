package io.github.pgpubsub.sql;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A schema with a trap for each function, type, relation and operator that the component's SQL names, and for those that the
 * driver may use. A call of a trap throws an exception.
 */
final class HostileSchema {

    /** Text of that exception. */
    static final String TRAP = "hostile schema used";

    /** Any word may be a name. */
    private static final Pattern NAME = Pattern.compile("([a-z_]\\w*)");
    private static final Pattern OPERATOR = Pattern.compile("operator\\(pg_catalog\\.(\\W+?)\\)");

    private final PostgresExtension postgres;
    private final Set<String> names = new TreeSet<>(Set.of("pg_type", "pg_namespace", "pg_class"));
    private final Set<String> operators = new TreeSet<>(Set.of("=", "<>"));

    private HostileSchema(PostgresExtension postgres) throws IOException, URISyntaxException {
        this.postgres = postgres;
        for (String sql : SqlConstants.all().keySet()) {
            find(NAME, sql, names);
            find(OPERATOR, sql, operators);
        }
    }

    private static void find(Pattern pattern, String sql, Set<String> found) {
        for (Matcher matcher = pattern.matcher(sql); matcher.find();) {
            found.add(matcher.group(1));
        }
    }

    /** Creates the schema {@code hostile}; any role may use its objects. */
    static void create(PostgresExtension postgres) throws IOException, URISyntaxException {
        new HostileSchema(postgres).create();
    }

    private void create() {
        postgres.execute("create schema hostile; grant usage on schema hostile to public;"
                + " create function hostile.trap() returns bool language plpgsql as 'begin raise exception ''" + TRAP
                + "''; end'");
        functions();
        aggregates();
        operators();
        relations();
        for (String type : List.of("text", "int8", "int4", "bool")) {
            postgres.execute("create domain hostile." + type + " as pg_catalog.bytea check (hostile.trap())");
        }
    }

    /**
     * With the argument types of the server's function, and again with varchar in place of text, because the driver sends
     * strings as varchar.
     */
    private void functions() {
        executeAll("""
                select distinct format('create function hostile.%%I(%%s) returns setof text language plpgsql as'
                    ' ''begin perform hostile.trap(); end''', proname, arguments)
                from pg_proc, lateral (values (oidvectortypes(proargtypes)),
                    (replace(oidvectortypes(proargtypes), 'text', 'character varying'))) as t(arguments)
                where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and proname = any (%s)
                    and arguments !~ '"any"|internal|cstring'""".formatted(array(names)));
    }

    private void aggregates() {
        postgres.execute(
                """
                        create function hostile.add(int8) returns int8 language plpgsql as 'begin perform hostile.trap(); end';
                        create function hostile.add(int8, anyelement) returns int8 language plpgsql as 'begin perform hostile.trap(); end';
                        create function hostile.least(int4, int4) returns int4 language plpgsql as 'begin perform hostile.trap(); end';
                        create aggregate hostile.count(*) (sfunc = hostile.add, stype = int8);
                        create aggregate hostile.count(anyelement) (sfunc = hostile.add, stype = int8);
                        create aggregate hostile.min(int4) (sfunc = hostile.least, stype = int4, initcond = '0')""");
    }

    private void operators() {
        executeAll(
                """
                        select format('create function hostile.operator_%%s(%%s, %%s) returns %%s language plpgsql as'
                            ' ''begin perform hostile.trap(); end'';'
                            ' create operator hostile.%%s (function = hostile.operator_%%1$s, leftarg = %%2$s, rightarg = %%3$s)',
                            row_number() over (), l, r, result, oprname)
                        from (
                            select oprname, oprleft::regtype::text as l, oprright::regtype::text as r, oprresult::regtype::text as result
                            from pg_operator join pg_type a on a.oid = oprleft join pg_type b on b.oid = oprright
                            where oprnamespace = 'pg_catalog'::regnamespace and oprname = any (%1$s) and a.typtype = 'b' and b.typtype = 'b'
                            union
                            select oprname, 'varchar', 'varchar', 'bool' from unnest(array['=', '<>']) as t(oprname)
                        ) as t"""
                        .formatted(array(operators)));
    }

    private void relations() {
        executeAll("""
                select format('create view hostile.%%I as select * from pg_catalog.%%1$I where hostile.trap();'
                    ' grant select on hostile.%%1$I to public', relname)
                from pg_class
                where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v') and relname = any (%s)"""
                .formatted(array(names)));
    }

    private void executeAll(String statements) {
        List<String> all = postgres.strings(statements);
        if (all.isEmpty()) {
            throw new IllegalStateException("Nothing to make: " + statements);
        }
        postgres.execute(String.join(";\n", all));
    }

    private static String array(Set<String> values) {
        return "array['" + String.join("', '", values) + "']";
    }
}
