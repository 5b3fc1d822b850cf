package io.github.pgpubsub.benchmark.peers.debezium;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Rows;
import io.github.pgpubsub.benchmark.kit.Server;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's engine within the program, which decodes the server's log. Messages are rows of an outbox that nobody deletes, written by
 * plain JDBC. Offsets are in memory; the slot has what was not confirmed.
 */
public final class DebeziumPeer {

    private static final String TABLE = "debezium_outbox";
    private static final String SLOT = "benchmark_debezium";
    private static final int ROWS = 512;
    /** As often as the other peers that poll; the default is 500. */
    private static final int POLL_MILLIS = 20;
    private static final long LONGEST_SECONDS = 30;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private DebeziumPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(DebeziumPeer::open);
    }

    private static Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver)
            throws Exception {
        try (Connection connection = connect(server); Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '%s' and not active"
                            .formatted(SLOT));
            statement.execute("drop table if exists " + TABLE);
            statement.execute("create table " + TABLE
                    + " (id bigint generated always as identity primary key, channel text not null, payload text)");
        }
        return new Rows(server, TABLE, ROWS, listenTo.isEmpty() ? () -> {} : listen(server, receiver));
    }

    private static AutoCloseable listen(Server server, Consumer<String> receiver) throws Exception {
        DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine = DebeziumEngine.create(Connect.class)
                .using(properties(server))
                .notifying(event -> accept(event.value(), receiver))
                .build();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        thread.execute(engine);
        AutoCloseable closing = () -> {
            engine.close();
            thread.shutdown();
            thread.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS);
        };
        try {
            awaitSlot(server);
            return closing;
        } catch (SQLException e) {
            closing.close();
            throw e;
        }
    }

    private static void accept(SourceRecord record, Consumer<String> receiver) {
        Struct after = ((Struct) record.value()).getStruct("after");
        receiver.accept(after.getString("payload"));
    }

    private static Properties properties(Server server) {
        Properties properties = new Properties();
        properties.setProperty("name", "benchmark");
        properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        properties.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        properties.setProperty("offset.flush.interval.ms", "1000");
        properties.setProperty("topic.prefix", "benchmark");
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("publication.autocreate.mode", "filtered");
        properties.setProperty("slot.name", SLOT);
        properties.setProperty("slot.drop.on.stop", "true");
        properties.setProperty("snapshot.mode", "no_data");
        properties.setProperty("table.include.list", "public." + TABLE);
        properties.setProperty("poll.interval.ms", Integer.toString(POLL_MILLIS));
        properties.setProperty("database.hostname", server.host());
        properties.setProperty("database.port", Integer.toString(server.port()));
        properties.setProperty("database.dbname", server.database());
        properties.setProperty("database.user", server.user());
        properties.setProperty("database.password", server.password());
        return properties;
    }

    /** What commits after the slot was made is decoded. */
    private static void awaitSlot(Server server) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        try (Connection connection = connect(server); Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet slot = statement.executeQuery(
                        "select 1 from pg_replication_slots where slot_name = '%s' and active".formatted(SLOT))) {
                    if (slot.next()) {
                        return;
                    }
                }
                if (System.nanoTime() > end) {
                    throw new SQLException("no slot within %d s".formatted(LONGEST_SECONDS));
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private static Connection connect(Server server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }
}
