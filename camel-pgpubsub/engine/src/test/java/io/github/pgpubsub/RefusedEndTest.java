package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server refuses what a leader has to say at its end. It ends all the same, and its session stays with the other subscriptions. */
@Timeout(120)
@Tag("long")
class RefusedEndTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final List<String> others = new CopyOnWriteArrayList<>();

    RefusedEndTest() {
        postgres.createRole("mere", "secret");
    }

    private final PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), "mere", "secret")).name("refused")
            .build();

    @AfterEach
    void close() {
        postgres.execute("grant execute on function pg_notify(text, text) to public");
        pubSub.close();
    }

    @Test
    void aLeaderWithoutWorkersDoesNotKeepTheLead() throws Exception {
        try (Subscription other = subscribe("other", false, others)) {
            Subscription leader = subscribe("ch", true, handled);
            await().atMost(SOON).until(leader::isReceiving);
            postgres.execute("revoke execute on function pg_notify(text, text) from public");
            leader.close();
            // The session gives them back right after that.
            await().atMost(SOON)
                    .until(() -> postgres.strings("select objid::text from pg_locks where locktype = 'advisory' and pid in"
                            + " (select pid from pg_stat_activity where application_name = 'refused listen')").isEmpty());
            postgres.execute("grant execute on function pg_notify(text, text) to public");
            try (Subscription next = subscribe("ch", true, handled)) {
                await().atMost(SOON).until(next::isReceiving);
                postgres.notify("ch", "1");
                postgres.notify("other", "2");
                await().atMost(SOON).until(() -> handled.contains("1") && others.contains("2"));
                // A late answer to the former member's words would have given its successor's lock back.
                assertThat(next.isReceiving()).isTrue();
            }
            assertThat(other.isReceiving()).isTrue();
            assertThat(other.status().session().reconnects()).isZero();
        }
    }

    private Subscription subscribe(String channel, boolean singleListener, List<String> payloads) throws Exception {
        return pubSub
                .subscribe(SubscriptionOptions.to(channel).singleListener(singleListener).drainTimeout(Duration.ofMillis(100))
                        .build(), message -> {
                            if (message instanceof Message.Notification notification) {
                                payloads.add(notification.payload());
                            }
                        });
    }
}
