package io.github.pgpubsub.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every name in every statement of the component is qualified with pg_catalog. HostileSchemaIT checks the executed statements.
 */
class SqlNamesTest {

    @Test
    void everyStatementMeansPgCatalog() throws Exception {
        Map<String, String> all = SqlConstants.all();
        assertThat(all).hasSizeGreaterThan(20);
        assertThat(all.entrySet()).allSatisfy(
                sql -> assertThat(SqlNames.unqualified(sql.getKey())).as("%s: %s", sql.getValue(), sql.getKey()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "select pg_notify(?, ?); function pg_notify",
        "select pg_catalog.pg_notify(?::text, ?); type text",
        "select pg_catalog.count(*) from unnest(?) as t(c, p); function unnest",
        "select pg_catalog.min(pid) from pg_locks; relation pg_locks",
        "select pid from pg_catalog.pg_locks where pid = ?; operator =",
        "select pid from pg_catalog.pg_locks where pid = any (?); operator =",
        "select pid from pg_catalog.pg_locks where pid in (1, 2); operator in",
        "select pid from pg_catalog.pg_locks where not pid between 1 and 2; operator between",
        "select case pid when 1 then 2 end from pg_catalog.pg_locks; operator case",
        "select a.pid from pg_catalog.pg_locks a join pg_stat_activity b on true; relation pg_stat_activity",
        "select a.pid from pg_catalog.pg_locks a join pg_catalog.pg_stat_activity b using (pid); operator using",
        "select classid operator(public.<<) 32 from pg_catalog.pg_locks; operator <<",
        "select public.pg_notify(?, ?); function pg_notify",
        "pg_try_advisory_lock; name pg_try_advisory_lock",
        "update ${log}.place set a = 1 where b = 2; operator =",
        "update ${log}.place set a = (select 1 where b = 2); operator =",
        "update ${log}.place set a = b = c; operator =",
        "select a, b = c from ${log}.place; operator =",
        "select greatest(a, b) from ${log}.place; operator greatest",
        "select fence(?) from ${log}.place; function fence",
        "select 1 from place; relation place",
        "select a.* b from ${log}.place; operator *",
    })
    void aNameThatOthersCouldTakeIsFound(String sql, String expected) {
        assertThat(SqlNames.unqualified(sql)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "select ${log}.fence(?)",
        "update ${log}.place p set a = 1, b = case when c operator(pg_catalog.=) 2 then 3 end from ${log}.seen returning p.a",
        "insert into ${log}.seen (no) select 1 on conflict (no) do update set at = excluded.at",
        "select extract(epoch from at) from ${log}.message",
        "select a.*, b.* from ${log}.message a cross join lateral (select 1) as b"})
    void namesOfTheLogsSchemaAreFound(String sql) {
        assertThat(SqlNames.unqualified(sql)).isEmpty();
    }
}
