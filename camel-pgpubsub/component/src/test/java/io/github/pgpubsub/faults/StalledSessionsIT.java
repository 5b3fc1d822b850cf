package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Routes stand still for long, and no session may be lost. The server is on this host, so it sets no {@code tcp_user_timeout}: with one, some
 * of these sessions ended. How large the kernel's windows and segments are follows from what has passed before, so there are many
 * sessions, each with a past of its own.
 */
@Tag("long")
class StalledSessionsIT {

    private static final int SESSIONS = 60;
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** The tcp_user_timeout that would follow from these: idle + interval × count of the keepalives; see ServerSettings. */
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(1 + 3 * 2);
    private static final Duration STALL = USER_TIMEOUT.multipliedBy(2);
    /** 10 MB, more than fits into the buffers between. */
    private static final int MESSAGES = 2500;
    private static final List<Integer> SIZES = List.of(8, 40, 700, 4000, 7900);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger gaps = new AtomicInteger();
    private final AtomicInteger received = new AtomicInteger();

    @Test
    void noneIsLost() throws Exception {
        List<PgPubSub> sessions = new ArrayList<>();
        try {
            List<AtomicInteger> pasts = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                PgPubSub session = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()))
                        .heartbeat(HEARTBEAT, PATIENCE).build();
                sessions.add(session);
                AtomicInteger past = new AtomicInteger();
                pasts.add(past);
                Subscription first = session.subscribe(options("past" + i), message -> past.incrementAndGet());
                Subscription second = session.subscribe(options("flood"), this::standStill);
                soon(() -> assertThat(first.isReceiving() && second.isReceiving()).isTrue());
            }
            List<Integer> backends = postgres.backends("pgpubsub listen");
            assertThat(backends).hasSize(SESSIONS);
            for (int i = 0; i < SESSIONS; i++) {
                int sent = 0;
                for (int phases = random.nextInt(4); phases > 0; phases--) {
                    int count = 1 + random.nextInt(60);
                    postgres.notify("past" + i, 1, count, SIZES.get(random.nextInt(SIZES.size())));
                    sent += count;
                }
                int expected = sent;
                AtomicInteger past = pasts.get(i);
                soon(() -> assertThat(past).hasValueGreaterThanOrEqualTo(expected));
            }
            for (int sent = 0; sent < MESSAGES; sent += 50) {
                postgres.notify("flood", 1, 50, 4000);
            }
            // A time and no condition: that nothing happens while the routes stand still for so long is the point of the test.
            Thread.sleep(STALL.toMillis());
            assertThat(postgres.backends("pgpubsub listen")).as("seed %d", seed).isEqualTo(backends);
            go.countDown();
            soon(() -> assertThat(received).hasValue(MESSAGES * SESSIONS));
            assertThat(gaps).hasValue(0);
            Figures.print("%d sessions stand still for %d ms: none was lost", SESSIONS, STALL.toMillis());
        } finally {
            sessions.forEach(PgPubSub::close);
        }
    }

    private static SubscriptionOptions options(String channel) {
        return SubscriptionOptions.to(channel).singleListener(false).queueSize(10).build();
    }

    private void standStill(Message message) throws InterruptedException {
        if (message instanceof Message.Notification) {
            received.incrementAndGet();
            go.await();
        } else if (message instanceof Message.Gap gap && !gap.first()) {
            gaps.incrementAndGet();
        }
    }
}
