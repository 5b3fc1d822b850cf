package io.github.pgpubsub.benchmark.peers.camelsql;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.benchmark.kit.Backlogs;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.github.pgpubsub.benchmark.peers.camel.CamelPeer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/** An outbox: a table that a route polls, and from which onConsume deletes each row when the route has processed it. */
public final class CamelSqlPeer {

    private static final String TABLE = "camel_outbox";
    private static final int POOL = 64;
    /** As often as the other peers that poll, and at once after a poll that found something (greedy). */
    private static final int POLL_MILLIS = 20;
    private static final int PAGE = 1000;

    private CamelSqlPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(new CamelPeer(
                (server, channel) -> "sql:select id, payload from %1$s where channel = '%2$s' order by id limit %3$d?dataSource=#outbox"
                        .formatted(TABLE, channel, PAGE)
                        + "&onConsume=delete from %s where id = :#id&greedy=true&initialDelay=0&delay=%d".formatted(TABLE,
                                POLL_MILLIS),
                (server, channel) -> "sql:insert into %s (channel, payload) values ('%s', :#${body})?dataSource=#outbox"
                        .formatted(TABLE, channel),
                new Outbox()));
    }

    private static final class Outbox implements CamelPeer.Extras {

        @Override
        public AutoCloseable prepare(Server server, CamelContext context) throws SQLException {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(server.jdbcUrl());
            pool.setUsername(server.user());
            pool.setPassword(server.password());
            pool.setMaximumPoolSize(POOL);
            pool.setMinimumIdle(1);
            try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
                statement.execute("drop table if exists " + TABLE);
                statement.execute("create table " + TABLE
                        + " (id bigint generated always as identity primary key, channel text not null, payload text)");
                statement.execute("create index on " + TABLE + " (channel, id)");
            }
            context.getRegistry().bind("outbox", pool);
            return pool;
        }

        @Override
        public String payload(Exchange exchange) {
            return (String) exchange.getMessage().getBody(Map.class).get("payload");
        }

        @Override
        public void makeBacklog(Server server, List<String> channels, int count, int size) throws SQLException {
            Backlogs.insert(server, TABLE, channels, count, size);
        }
    }
}
