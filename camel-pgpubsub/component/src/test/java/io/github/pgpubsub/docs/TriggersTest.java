package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page's triggers never fail the statement that fires them. */
class TriggersTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createThem() throws SQLException {
        try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
                .build()) {
            pubSub.kept().prepareInserting();
        }
        Snippet.of(Pages.ROOT.resolve("docs/triggers.md")).stream().filter(snippet -> snippet.language().equals("sql"))
                .forEach(snippet -> postgres.execute(snippet.text()));
    }

    @BeforeEach
    void emptyTheTable() {
        postgres.execute("truncate orders");
    }

    @Test
    void aKeyIsSentOnceForATransaction() throws Exception {
        assertThat(receivedOn("orders", "insert into orders values (7, 'new', repeat('x', 100000));"
                + " update orders set state = 'paid'; delete from orders", 1)).containsExactly("7");
    }

    @Test
    void tenThousandRowsOfOneStatementFit() throws Exception {
        List<String> batches = receivedOn("orders-inserted",
                "insert into orders select 9223372036854765807 + n, 'new', null from generate_series(1, 10000) n", 34);
        List<Long> keys = new ArrayList<>();
        for (String batch : batches) {
            for (String key : batch.substring(1, batch.length() - 1).split(", ")) {
                keys.add(Long.valueOf(key));
            }
        }
        assertThat(keys).containsExactlyInAnyOrderElementsOf(
                LongStream.rangeClosed(1, 10_000).map(n -> 9223372036854765807L + n).boxed().toList());
    }

    @Test
    void aRowThatDoesNotFitIsSentAsItsKey() throws Exception {
        assertThat(receivedOn("order-rows", "insert into orders values (1, 'new', 'short'), (2, 'new', repeat('é', 4000))", 2))
                .containsExactlyInAnyOrder("{\"id\":1,\"state\":\"new\",\"note\":\"short\"}", "{\"id\" : 2}");
    }

    @Test
    void aWatchedTableIsKept() {
        postgres.execute("insert into orders values (7, 'new')");
        assertThat(
                postgres.strings("select key from pgpubsub.message where channel = 'orders' and payload like '{\"op\":\"c\"%'"))
                .contains("7");
    }

    @Test
    void theCarefulOneWarns() throws Exception {
        postgres.execute("create trigger orders_careful after insert on orders for each row execute function orders_careful()");
        assertThat(receivedOn("orders-careful",
                "insert into orders values (1, 'new', repeat('x', 9000)), (2, 'new', null)", 1)).hasSize(1);
        assertThat(postgres.strings("select count(*) from orders")).containsExactly("2");
    }

    private List<String> receivedOn(String channel, String sql, int count) throws Exception {
        Queue<String> payloads = new ConcurrentLinkedQueue<>();
        try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password())).build();
                var subscription = pubSub.subscribe(SubscriptionOptions.to(channel).singleListener(false).build(),
                        into(payloads))) {
            // Several statements in one string are one transaction.
            postgres.execute(sql);
            await().untilAsserted(() -> assertThat(payloads).hasSize(count));
            assertThat(subscription.isReceiving()).isTrue();
        }
        return List.copyOf(payloads);
    }

    private static MessageHandler into(Queue<String> payloads) {
        return message -> {
            if (message instanceof Message.Notification notification) {
                payloads.add(notification.payload());
            }
        };
    }
}
