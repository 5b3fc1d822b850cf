package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever a callback does, all others are called once each, and sending continues. */
@Timeout(180)
class CallbacksTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger told = new AtomicInteger();
    private PgPubSub pubSub;

    @BeforeEach
    void open() throws Exception {
        pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password())).build();
        pubSub.startPublishing();
    }

    @AfterEach
    void close() {
        released.countDown();
        pubSub.close();
    }

    @Test
    void oneThatBlocksHoldsNobodyUp() throws Exception {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Void> blocks = new CompletableFuture<>();
            publish("blocks " + i, failure -> {
                blocks.complete(null);
                await(released);
                told.incrementAndGet();
            });
            blocks.get();
            sendAll(500);
        }
        assertThat(told).hasValue(1500);
        released.countDown();
        Awaitility.await("each once").atMost(SOON).until(() -> told.get() == 1503);
    }

    @Test
    void oneInABatchThatBlocksHoldsItsNeighboursNotUp() throws Exception {
        List<Integer> blocking = List.of(0, 7, 8, 19);
        CountDownLatch others = new CountDownLatch(20 - blocking.size());
        for (int i = 0; i < 20; i++) {
            boolean blocks = blocking.contains(i);
            publish("neighbour " + i, failure -> {
                if (blocks) {
                    await(released);
                } else {
                    others.countDown();
                }
            });
        }
        assertThat(others.await(SOON.toSeconds(), TimeUnit.SECONDS)).as("all others told").isTrue();
        sendAll(500);
    }

    @Test
    void oneThatFailsFailsAlone() throws Exception {
        publish("throws", failure -> {
            throw new IllegalStateException("on purpose");
        });
        publish("dies", failure -> {
            throw new AssertionError("on purpose");
        });
        publish("is interrupted", failure -> Thread.currentThread().interrupt());
        sendAll(500);
        assertThat(told).hasValue(500);
    }

    @Test
    void oneMayPublishAndClose() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        publish("first", failure -> publish("second", failureOfSecond -> {
            pubSub.close();
            closed.complete(null);
        }));
        closed.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    /** Sends one message after the other, so that the sending thread calls most callbacks. */
    private void sendAll(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            CompletableFuture<Exception> sent = new CompletableFuture<>();
            publish("message " + i, failure -> {
                told.incrementAndGet();
                sent.complete(failure);
            });
            assertThat(sent.get(SOON.toSeconds(), TimeUnit.SECONDS)).isNull();
        }
    }

    private void publish(String payload, PublishCallback callback) {
        pubSub.publish("callbacks", payload, SOON, callback);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
