package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An exchange's transaction was prepared and its coordinator is gone: it can't be ended like a session, so operators are told its name. */
@Tag("long")
@Timeout(120)
class PreparedPlaceTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of("max_prepared_transactions", "5"));

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<String> incidents = new CopyOnWriteArrayList<>();

    private KeptSubscription subscribe(KeptMessages kept, String group) throws Exception {
        KeptOptions options = KeptOptions.to("orders").group(group).startFrom(new StartFrom.Earliest())
                .leaderTimeout(Duration.ofSeconds(1)).pollInterval(Duration.ofMillis(200)).build();
        return kept.subscribe(options, message -> received.add(group + " " + message.payload()), new KeptListener() {
            @Override
            public void incident(Incident incident, String detail) {
                incidents.add(group + " " + incident + " " + detail);
            }
        });
    }

    @Test
    void aPreparedTransactionThatHoldsThePlaceIsNamedAndWaitedFor() throws Exception {
        try (Connection connection = postgres.connect(); Connection xa = postgres.connect()) {
            new LogSchema("pgpubsub").prepare(connection, true, LogSchema.Use.RECEIVE);
            connection.createStatement().execute("select pgpubsub.join_group('orders', 'held', 'earliest');"
                    + " insert into pgpubsub.message (channel, payload) values ('orders', 'a')");
            xa.createStatement()
                    .execute("begin; update pgpubsub.place set last_id = last_id; prepare transaction 'lost coordinator'");
            try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
                    .build();
                    KeptSubscription held = subscribe(pubSub.kept(), "held");
                    KeptSubscription other = subscribe(pubSub.kept(), "other")) {
                await().atMost(SOON).until(() -> incidents.stream().anyMatch(each -> each.startsWith("held PLACE_BLOCKED")
                        && each.contains("prepared transaction lost coordinator")));
                // Other groups of the process go on.
                await().atMost(SOON).until(() -> received.contains("other a"));
                assertThat(received).doesNotContain("held a");
                assertThat(held.keptStatus().reading()).isFalse();
                assertThat(other.keptStatus().reading()).isTrue();
                xa.createStatement().execute("commit prepared 'lost coordinator'");
                await().atMost(SOON).until(() -> received.contains("held a"));
                assertThat(received).containsExactlyInAnyOrder("other a", "held a");
            }
        }
    }
}
