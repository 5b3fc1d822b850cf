package io.github.pgpubsub.benchmark.peers.spring;

import io.github.pgpubsub.benchmark.kit.Payloads;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.transaction.support.TransactionTemplate;

/** The messages' table, created by Spring Integration's script, and the trigger that its documentation requires. */
final class MessageTable {

    private static final String SCRIPTS = "org/springframework/integration/jdbc/";
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private MessageTable() {}

    static void create(DataSource dataSource) {
        // The DROP script fails if a table is missing.
        ResourceDatabasePopulator drop = new ResourceDatabasePopulator(
                new ClassPathResource(SCRIPTS + "schema-drop-postgresql.sql"));
        drop.setContinueOnError(true);
        drop.execute(dataSource);
        new ResourceDatabasePopulator(new ClassPathResource(SCRIPTS + "schema-postgresql.sql")).execute(dataSource);
        new JdbcTemplate(dataSource).execute("""
                create or replace function int_channel_message_notify_fct() returns trigger as $body$
                begin
                    perform pg_notify('int_channel_message_notify', new.region || ' ' || new.group_key);
                    return new;
                end;
                $body$ language plpgsql;
                create or replace trigger int_channel_message_notify_trg
                    after insert on int_channel_message for each row execute procedure int_channel_message_notify_fct();
                """);
    }

    static void dropTrigger(DataSource dataSource) {
        new JdbcTemplate(dataSource).execute("drop trigger int_channel_message_notify_trg on int_channel_message");
    }

    /** Waits until the subscriber listens. It starts on a separate thread without a signal, so the server is queried. */
    static void awaitListener(DataSource dataSource) throws SQLException {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        long end = System.nanoTime() + LONGEST_NANOS;
        while (jdbc.queryForList("select 1 from pg_stat_activity where query ilike 'listen%int_channel_message_notify%'")
                .isEmpty()) {
            if (System.nanoTime() > end) {
                throw new SQLException("the subscriber does not listen");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Commits messages in one transaction, in turn to each channel. */
    static void fill(DataSource pool, JdbcChannelMessageStore store, List<String> channels, int count, int size) {
        Payloads payloads = new Payloads(size);
        new TransactionTemplate(new DataSourceTransactionManager(pool)).executeWithoutResult(transaction -> {
            for (int i = 0; i < count; i++) {
                store.addMessageToGroup(channels.get(i % channels.size()), new GenericMessage<>(payloads.payload(0, i)));
            }
        });
    }
}
