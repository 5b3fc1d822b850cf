package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.Member.Received;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.support.EmbeddedServer;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Standby;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An asynchronous standby is promoted: everything that it has is delivered, and what comes twice is marked. */
@Tag("long")
@Timeout(180)
class KeptFailoverTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final List<Received> received = Collections.synchronizedList(new ArrayList<>());

    private static void write(DataSource to, int from, int upTo) throws SQLException {
        try (Connection connection = to.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into pgpubsub.message (channel, payload) values ('orders', ?)")) {
            for (int i = from; i < upTo; i++) {
                insert.setString(1, String.valueOf(i));
                insert.execute();
            }
        }
    }

    private static List<String> strings(DataSource at, String sql) throws SQLException {
        try (Connection connection = at.getConnection(); ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    /** The sending process is frozen: what is written from now on does not reach the standby. */
    private static void stopReplication() throws Exception {
        long pid = postgres.number("select pid from pg_stat_replication");
        assertThat(new ProcessBuilder("kill", "-STOP", String.valueOf(pid)).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void everythingThatTheNewPrimaryHasIsDelivered() throws Exception {
        try (Connection connection = postgres.connect()) {
            new LogSchema("pgpubsub").prepare(connection, true, LogSchema.Use.RECEIVE);
        }
        try (Standby standby = Standby.of((EmbeddedServer) postgres.server())) {
            DataSource copy = standby.dataSource(postgres.database());
            String url = "jdbc:postgresql://" + standby.host() + ":" + standby.port() + "," + postgres.server().host() + ":"
                    + postgres.server().port() + "/" + postgres.database() + "?targetServerType=primary";
            UrlConnectionSource source = new UrlConnectionSource(url, postgres.user(), postgres.password());
            CountDownLatch copied = new CountDownLatch(1);
            try (Member member = new Member(source, "a", received,
                    Member.options(Member.SKIP, Duration.ofSeconds(1), Duration.ofSeconds(10)), 1, message -> {
                        if ("100".equals(message.payload())) {
                            copied.await();
                        }
                    }).start()) {
                write(postgres.dataSource(), 0, 100);
                await().atMost(SOON).until(() -> received.size() == 100);
                write(postgres.dataSource(), 100, 300);
                // The standby gets the messages, but nothing of what happens to the place then.
                await().atMost(SOON).until(() -> strings(copy, "select count(*) from pgpubsub.message").equals(List.of("300")));
                stopReplication();
                copied.countDown();
                await().atMost(SOON).until(() -> received.size() == 300
                        && postgres.number("select lag from pgpubsub.groups") == 0);
                assertThat(strings(copy, "select lag from pgpubsub.groups")).containsExactly("200");
                postgres.server().stopImmediately();
                standby.promote();
                write(copy, 1000, 1050);
                await().atMost(SOON).untilAsserted(() -> {
                    assertThat(payloadsFrom(300)).containsAll(
                            strings(copy, "select payload from pgpubsub.message where id > 100 order by id"));
                    assertThat(strings(copy, "select lag from pgpubsub.groups")).containsExactly("0");
                });
                assertThat(payloadsFrom(300)).hasSize(250);
                System.out.println("fail-over: " + received.size() + " deliveries, " + member.incidents);
                Set<String> seen = new HashSet<>();
                for (Received each : List.copyOf(received)) {
                    assertThat(seen.add(each.payload()) || each.redelivered()).as("%s", each).isTrue();
                }
            }
        }
    }

    private List<String> payloadsFrom(int index) {
        synchronized (received) {
            return received.subList(index, received.size()).stream().map(Received::payload).toList();
        }
    }
}
