package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

/** A dump is restored in another cluster, whose transaction ids mean other transactions. The tables are copied as pg_dump does it. */
@Tag("long")
class RestoreTest {

    @RegisterExtension
    static final PostgresExtension from = new PostgresExtension();

    @RegisterExtension
    static final PostgresExtension to = PostgresExtension.withOwnCluster(Map.of());

    private static final List<String> TABLES = List.of(
            "message_0 (txid, id, slot, channel, key, payload, bytes, headers, context, sender, batch, for_group, at)",
            "subscriber", "place", "seen", "version");

    @BeforeEach
    void createLogs() throws SQLException {
        from.execute("drop schema if exists pgpubsub cascade");
        to.execute("drop schema if exists pgpubsub cascade");
        KeptLog.create(from);
        KeptLog.create(to);
        // The old cluster has seen more transactions.
        from.execute("do $$ begin for i in 1..5000 loop perform pg_current_xact_id(); commit; end loop; end $$");
    }

    private static void write(PostgresExtension postgres, String... payloads) {
        for (String payload : payloads) {
            postgres.execute("insert into pgpubsub.message (channel, payload) values ('c', ?)", payload);
        }
    }

    private static void restore() throws Exception {
        to.execute("delete from pgpubsub.version");
        try (Connection source = from.connect(); Connection target = to.connect()) {
            target.createStatement().execute("set session_replication_role = replica");
            for (String table : TABLES) {
                StringWriter data = new StringWriter();
                source.unwrap(PGConnection.class).getCopyAPI().copyOut("copy pgpubsub." + table + " to stdout", data);
                target.unwrap(PGConnection.class).getCopyAPI().copyIn("copy pgpubsub." + table + " from stdin",
                        new StringReader(data.toString()));
            }
        }
        to.execute("select setval('pgpubsub.subscriber_no_seq', 100)");
        to.execute("select setval('pgpubsub.message_id', " + from.number("select pg_sequence_last_value('pgpubsub.message_id')")
                + ")");
    }

    private static void prepare() throws SQLException {
        try (Connection connection = to.connect()) {
            new LogSchema("pgpubsub").prepare(connection, true, Use.RECEIVE);
        }
    }

    @Test
    void aRestoredDumpIsRefusedUntilItIsRebased() throws Exception {
        write(from, "a");
        try (HandReader all = HandReader.join(from, "c", "all", "now");
                HandReader half = HandReader.join(from, "c", "half", "now")) {
            write(from, "b", "c", "d");
            assertThat(all.read()).containsExactly("b", "c", "d");
            half.open();
            half.acknowledge(half.page(1, HandReader.NO_LIMIT).get(0).id());
        }
        restore();
        assertThatThrownBy(RestoreTest::prepare).isInstanceOf(LogSchemaException.class)
                .hasMessageContaining("another database cluster")
                .hasMessageContaining("\"pgpubsub\".rebase()");
        for (String refused : List.of("join_group('c', 'new')", "seek('c', 'all', 'now')", "rotate()", "check_cluster()",
                "rebase(keep => true)")) {
            assertThatThrownBy(() -> to.strings("select pgpubsub." + refused)).as(refused).hasStackTraceContaining("cluster");
        }
        // Who writes is not refused; by the old snapshots these would be read already.
        write(to, "after the restore");
        to.strings("select pgpubsub.rebase()");
        prepare();
        try (HandReader all = HandReader.join(to, "c", "all", "now"); HandReader half = HandReader.join(to, "c", "half", "now")) {
            assertThat(all.read()).containsExactly("after the restore");
            assertThat(half.read()).containsExactly("c", "d", "after the restore");
            write(to, "e");
            assertThat(all.read()).containsExactly("e");
            assertThat(half.read()).containsExactly("e");
            assertThat(
                    to.number("select min(redelivered_id) - max(id) from pgpubsub.place, pgpubsub.message where payload <> 'e'"))
                    .isZero();
        }
        try (HandReader late = HandReader.join(to, "c", "late", "earliest")) {
            assertThat(late.read()).containsExactly("a", "b", "c", "d", "after the restore", "e");
        }
        assertThat(KeptLog.rotate(to)).isEqualTo("moved");
        assertThat(KeptLog.rotate(to)).isEqualTo("emptied");
    }

    /** The rule says: unread by the old values. A straggler of the dump, too. */
    @Test
    void anUnreadStragglerIsFoundByTheOldValues() throws Exception {
        try (HandReader reader = HandReader.join(from, "c", "g", "now"); Writer straggler = Writer.of(from)) {
            straggler.write("c", "straggler");
            write(from, "a");
            assertThat(reader.read()).containsExactly("a");
            straggler.commit();
        }
        restore();
        to.strings("select pgpubsub.rebase()");
        try (HandReader reader = HandReader.join(to, "c", "g", "now")) {
            assertThat(reader.read()).startsWith("straggler");
        }
    }

    /** pg_upgrade: another system identifier, and the transaction ids go on. */
    @Test
    void anUpgradedClusterKeepsItsPlaces() throws Exception {
        try (HandReader reader = HandReader.join(to, "c", "g", "now")) {
            write(to, "a");
            assertThat(reader.read()).containsExactly("a");
            write(to, "b");
            to.execute("update pgpubsub.version set system_id = 1");
            assertThatThrownBy(RestoreTest::prepare).hasMessageContaining("rebase(keep => true)");
            to.strings("select pgpubsub.rebase(keep => true)");
            prepare();
            assertThat(reader.read()).containsExactly("b");
        }
    }

    @Test
    void aLogThatIsAtHomeIsLeftAlone() throws Exception {
        try (HandReader reader = HandReader.join(to, "c", "g", "now")) {
            write(to, "a");
            assertThat(reader.read()).containsExactly("a");
            to.strings("select pgpubsub.rebase()");
            assertThat(reader.read()).isEmpty();
        }
    }
}
