package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A thread that can't be started once fails one call, and nothing after it. */
@Timeout(120)
class WithoutThreadsTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger failed = new AtomicInteger();
    /** The end of the name of the threads that can't be started; empty: all can. */
    private volatile String lacking = "";
    /** Whether the threads that handle messages, and the one that supervises them, end at once. */
    private volatile boolean poolDies;
    private final PgPubSub pubSub = PgPubSub.to(postgres.libpqUri()).name("few").threads(this::thread).build();

    private Thread thread(String name, Runnable task) {
        boolean dies = poolDies && (name.endsWith(" worker") || name.endsWith(" supervisor"));
        Thread thread = new Thread(dies ? () -> {} : task, name) {
            @Override
            public synchronized void start() {
                if (!lacking.isEmpty() && getName().endsWith(lacking)) {
                    failed.incrementAndGet();
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        };
        thread.setDaemon(true);
        return thread;
    }

    @BeforeEach
    void open() throws Exception {
        try (PgPubSub other = PgPubSub.to(postgres.libpqUri()).build()) {
            other.kept().startPublishing();
        }
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber");
    }

    @AfterEach
    void close() {
        pubSub.close();
        await().atMost(SOON).until(() -> postgres.backends("few%").isEmpty());
    }

    private KeptSubscription subscribe() throws Exception {
        return pubSub.kept().subscribe(KeptOptions.to("orders").startFrom(new StartFrom.Earliest()).build(),
                message -> received.add(message.payload()));
    }

    private static NewMessage message(String payload) {
        return NewMessage.to("orders").payload(payload).build();
    }

    @Test
    void theReadingThread() throws Exception {
        lacking = " read";
        assertThatThrownBy(this::subscribe).isInstanceOf(OutOfMemoryError.class);
        // It had begun to listen for wake-ups, and left nothing behind.
        await().atMost(SOON).until(() -> postgres.backends("few%").isEmpty());
        lacking = "";
        pubSub.kept().publish(message("1")).join();
        try (KeptSubscription unused = subscribe()) {
            await().atMost(SOON).until(() -> received.contains("1"));
        }
    }

    @Test
    void thePublishingThread() throws Exception {
        lacking = " publish";
        assertThatThrownBy(() -> pubSub.kept().publish(message("1"))).isInstanceOf(OutOfMemoryError.class);
        lacking = "";
        pubSub.kept().publish(message("2")).join();
        assertThat(postgres.strings("select payload from pgpubsub.message")).containsExactly("2");
    }

    /** Without an election no other subscription would replace them. */
    @Test
    void theThreadsOfTheHandlers() throws Exception {
        poolDies = true;
        try (KeptSubscription unused = pubSub.kept().subscribe(KeptOptions.to("orders").singleListener(false).build(),
                message -> received.add(message.payload()))) {
            poolDies = false;
            pubSub.kept().publish(message("1")).join();
            await().atMost(SOON).until(() -> received.contains("1"));
        }
    }

    /** The message is accepted, so nothing is thrown, and the log is rotated when its time comes again. */
    @Test
    void theRotatingThread() throws Exception {
        KeptMessages kept = pubSub.kept(new KeptLogOptions("pgpubsub", true, Duration.ofSeconds(1), null, Duration.ofDays(1)));
        lacking = " rotate";
        await().atMost(SOON).until(() -> {
            kept.publish(message("1")).join();
            return failed.get() > 0;
        });
        lacking = "";
        // Rotating is what empties the log again, and only a sender does it.
        await().atMost(SOON).until(() -> {
            kept.publish(message("2")).join();
            return !postgres.strings("select payload from pgpubsub.message").contains("1");
        });
    }

    /** A group that is far behind beside another one: what reads for it in the meantime is the reading connection. */
    @Test
    void theThreadThatReadsForGroupsFarBehind() throws Exception {
        int backlog = 6_000;
        postgres.execute("insert into pgpubsub.message (channel, payload) select 'orders', i::text from generate_series(1, ?) i",
                backlog);
        lacking = " read far";
        List<String> head = new CopyOnWriteArrayList<>();
        try (KeptSubscription first = pubSub.kept().subscribe(KeptOptions.to("orders").group("head").build(),
                message -> head.add(message.payload()));
                KeptSubscription unused = subscribe()) {
            int reading = postgres.backends("few read").get(0);
            await().atMost(SOON).until(() -> received.size() >= backlog);
            assertThat(failed.get()).isPositive();
            assertThat(received).isEqualTo(IntStream.rangeClosed(1, backlog).mapToObj(String::valueOf).toList());
            pubSub.kept().publish(message("last")).join();
            await().atMost(SOON).until(() -> head.contains("last") && received.contains("last"));
            assertThat(postgres.backends("few read")).containsExactly(reading);
        }
    }

    /** A short message that only passes by where long ones are fetched. */
    @Test
    void theRotatingThreadOfAPlainConsumer() throws Exception {
        StoredPayloads payloads = pubSub
                .kept(new KeptLogOptions("pgpubsub", true, Duration.ofSeconds(1), null, Duration.ofDays(1))).storedPayloads();
        lacking = " rotate";
        AtomicInteger sent = new AtomicInteger();
        try (var unused = pubSub.subscribe(SubscriptionOptions.of("short"), payloads.fetching(message -> {
            if (message instanceof io.github.pgpubsub.Message.Notification notification) {
                received.add(notification.payload());
            }
        }))) {
            await().atMost(SOON).until(() -> {
                pubSub.publish("short", String.valueOf(sent.incrementAndGet())).join();
                return failed.get() > 0;
            });
            await().atMost(SOON).until(() -> received.size() == sent.get());
        }
    }
}
