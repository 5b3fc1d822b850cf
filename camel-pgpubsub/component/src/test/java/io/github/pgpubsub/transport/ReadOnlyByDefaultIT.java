package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary whose transactions are read-only by default is found as a primary, even if several hosts are named. */
class ReadOnlyByDefaultIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> received = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void readOnly() {
        postgres.execute("alter database \"" + postgres.database() + "\" set default_transaction_read_only = on");
    }

    @Test
    void itIsListenedToAndNotified() throws Exception {
        String hosts = postgres.server().host() + ":" + postgres.server().port();
        try (PgPubSub pubSub = PgPubSub.to(source("postgres://" + hosts + "," + hosts + "/" + postgres.database())).build();
                Subscription subscription = pubSub.subscribe(SubscriptionOptions.of("ch"), handler())) {
            await().until(subscription::isReceiving);
            pubSub.publish("ch", "hello", Duration.ofSeconds(10), failure -> {});
            await().untilAsserted(() -> assertThat(received).containsExactly("hello"));
        }
    }

    /** The hosts are asked again only if one of them has answered that may be a primary after all. */
    @Test
    void nobodyIsAskedTwiceWhoDoesNotAnswer() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ServerSocket left = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                ServerSocket right = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            hangUp(left, asked);
            hangUp(right, asked);
            String hosts = "127.0.0.1:" + left.getLocalPort() + ",127.0.0.1:" + right.getLocalPort();
            assertThatThrownBy(() -> source("postgres://" + hosts + "/x?sslmode=disable").open())
                    .isInstanceOf(SQLException.class);
        }
        assertThat(asked).hasValue(2);
    }

    private static void hangUp(ServerSocket server, AtomicInteger asked) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    asked.incrementAndGet();
                    client.close();
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static UrlConnectionSource source(String url) {
        return new UrlConnectionSource(url, postgres.user(), postgres.password());
    }

    private MessageHandler handler() {
        return message -> {
            if (message instanceof Message.Notification notification) {
                received.add(notification.payload());
            }
        };
    }
}
