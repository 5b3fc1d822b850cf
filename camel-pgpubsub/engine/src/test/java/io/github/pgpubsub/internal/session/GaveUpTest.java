package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who comes after a session has given up is told so, as those who were there. */
@Timeout(60)
class GaveUpTest {

    @Test
    void aSubscriberThatComesLater() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        Session session = new Session(new UrlConnectionSource("jdbc:postgresql://127.0.0.1:" + nobody + "/test", "a", "b"),
                new SessionOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), 0, Duration.ofSeconds(5),
                        Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                (name, task) -> new Thread(task, name));
        RecordingSubscriber former = new RecordingSubscriber("former");
        session.add(former);
        session.start();
        await().atMost(Duration.ofSeconds(30)).until(session::isEnded);
        RecordingSubscriber later = new RecordingSubscriber("later");
        session.add(later);
        assertThat(former.told).endsWith("gave up");
        assertThat(later.told).hasSize(2).endsWith("gave up");
        session.close();
    }
}
