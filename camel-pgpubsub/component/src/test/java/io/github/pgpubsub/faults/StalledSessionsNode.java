package io.github.pgpubsub.faults;

import static io.github.pgpubsub.camel.Inbox.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.UrlConnectionSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An application with many sessions. Each has a channel {@code past…}, on which it takes everything, and listens to {@code flood}, on which
 * it stands still from the first message on, until it reads an input line. Arguments: JDBC URL, user, password, sessions, expected
 * messages of the flood for each, heartbeat and its timeout in milliseconds.
 */
public final class StalledSessionsNode {

    static final String STARTED = "STARTED";
    /** Payload of the last message of a past. */
    static final String LAST = "last";
    static final String PASTS_ARE_OVER = "PASTS ARE OVER";
    static final String ALL_AND_GAPS = "ALL, GAPS: ";

    private static final CountDownLatch GO = new CountDownLatch(1);
    private static final AtomicInteger GAPS = new AtomicInteger();
    private static final AtomicInteger RECEIVED = new AtomicInteger();

    private StalledSessionsNode() {}

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[3]);
        int expected = Integer.parseInt(arguments[4]) * count;
        CountDownLatch pasts = new CountDownLatch(count);
        List<PgPubSub> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            PgPubSub session = PgPubSub.to(new UrlConnectionSource(arguments[0], arguments[1], arguments[2]))
                    .heartbeat(Duration.ofMillis(Long.parseLong(arguments[5])), Duration.ofMillis(Long.parseLong(arguments[6])))
                    .build();
            sessions.add(session);
            Subscription first = session.subscribe(options("past" + i), message -> {
                if (message instanceof Message.Notification notification && notification.payload().equals(LAST)) {
                    pasts.countDown();
                }
            });
            Subscription second = session.subscribe(options("flood"), StalledSessionsNode::standStill);
            await(() -> assertThat(first.isReceiving() && second.isReceiving()).isTrue());
        }
        System.out.println(STARTED);
        pasts.await();
        System.out.println(PASTS_ARE_OVER);
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        GO.countDown();
        await(() -> assertThat(RECEIVED).hasValue(expected));
        System.out.println(ALL_AND_GAPS + GAPS);
        sessions.forEach(PgPubSub::close);
    }

    private static SubscriptionOptions options(String channel) {
        return SubscriptionOptions.to(channel).singleListener(false).queueSize(10).build();
    }

    private static void standStill(Message message) throws InterruptedException {
        if (message instanceof Message.Notification) {
            RECEIVED.incrementAndGet();
            GO.await();
        } else if (message instanceof Message.Gap gap && !gap.first()) {
            GAPS.incrementAndGet();
        }
    }
}
