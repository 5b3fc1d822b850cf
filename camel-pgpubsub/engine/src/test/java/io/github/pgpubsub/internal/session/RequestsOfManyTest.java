package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What many subscribers request because of the messages that have come goes to the server together. */
@Timeout(60)
class RequestsOfManyTest {

    private static final int SUBSCRIBERS = 40;
    private static final Duration ONE_WAY = Duration.ofMillis(200);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CountDownLatch listening = new CountDownLatch(SUBSCRIBERS);
    private final CountDownLatch answered = new CountDownLatch(SUBSCRIBERS);

    @Test
    void aMessageForEachOfThemTakesAsManyRoundTripsAsOneMessage() throws Exception {
        try (Proxy link = new Proxy(postgres.server()); Session session = session(link)) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                session.add(new Asking(i));
            }
            session.start();
            assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
            link.delay(ONE_WAY);

            long begin = System.nanoTime();
            postgres.number("select count(pg_notify('channel ' || i, '')) from generate_series(0, ?) i", SUBSCRIBERS - 1);
            assertThat(answered.await(30, TimeUnit.SECONDS)).isTrue();

            // One after the other, they take 16 seconds.
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ONE_WAY.multipliedBy(SUBSCRIBERS));
        }
    }

    private static Session session(Proxy link) {
        return new Session(
                new UrlConnectionSource("jdbc:postgresql://" + link.host() + ":" + link.port() + "/" + postgres.database(),
                        postgres.user(), postgres.password()),
                new SessionOptions("test", Duration.ofMillis(10), Duration.ofMillis(50), 0, Duration.ofSeconds(5),
                        Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                (name, task) -> new Thread(task, name));
    }

    /** Tries a lock when a message comes. */
    private final class Asking extends RecordingSubscriber {

        private final int number;
        private SessionStream stream;

        Asking(int number) {
            super("subscriber " + number);
            this.number = number;
        }

        @Override
        public void connected(SessionStream newStream) {
            stream = newStream;
            stream.listen(Address.of("channel " + number), this, listening::countDown);
        }

        @Override
        public void received(Notification notification) {
            stream.tryLock(number, acquired -> answered.countDown());
        }
    }
}
