package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.NewMessage;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Subscriptions share threads: those with nothing to do hold none, and those with blocking handlers keep no others waiting. */
@Timeout(180)
class SharedThreadsTest {

    /** Session, watchdog, supervisor, and workers and callbacks that have just had something to do. */
    private static final int HANDFUL = 12;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final PgPubSub pubSub = PgPubSub
            .to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password())).threads(this::thread).build();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> received = new ConcurrentHashMap<>();

    private Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private List<String> alive() {
        return threads.stream().filter(Thread::isAlive).map(Thread::getName).toList();
    }

    @AfterEach
    void close() throws Exception {
        atOnce(subscriptions.size(), i -> subscriptions.get(i).close());
        pubSub.close();
        await().untilAsserted(() -> assertThat(alive()).isEmpty());
    }

    private interface Act {
        void run(int number) throws Exception;
    }

    private static void atOnce(int count, Act act) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(20);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(executor.submit(() -> {
                    act.run(number);
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            executor.shutdown();
        }
    }

    private void subscribe(int channels, boolean singleListener, MessageHandler handler) throws Exception {
        atOnce(channels, i -> subscriptions.add(pubSub.subscribe(
                SubscriptionOptions.to("ch" + i).singleListener(singleListener).drainTimeout(Duration.ofMinutes(2)).build(),
                message -> {
                    if (message instanceof Message.Notification notification) {
                        handler.handle(message);
                        received.computeIfAbsent(message.channel(), channel -> new CopyOnWriteArrayList<>())
                                .add(notification.payload());
                    }
                })));
    }

    /** Messages 1 to count of each channel, round and round. */
    private static void send(int channels, int count) throws Exception {
        postgres.strings("select count(pg_notify('ch' || c, n::text)) from generate_series(1, ?) n, generate_series(0, ?) c",
                count,
                channels - 1);
    }

    private void awaitAll(int channels, int count) {
        List<String> expected = IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList();
        await().atMost(Duration.ofMinutes(2)).until(
                () -> received.size() == channels && received.values().stream().allMatch(each -> each.size() == count));
        assertThat(received.values()).allMatch(expected::equals);
    }

    @Test
    void aThousandQuietSubscriptionsHoldAHandfulOfThreads() throws Exception {
        subscribe(1000, false, message -> {});
        send(1000, 1);
        awaitAll(1000, 1);
        await().untilAsserted(() -> assertThat(alive().size()).as("%s", alive()).isLessThanOrEqualTo(HANDFUL));
    }

    @Test
    void eachChannelKeepsItsOrder() throws Exception {
        subscribe(100, false, message -> {});
        send(100, 200);
        awaitAll(100, 200);
    }

    @Test
    void handlersThatBlockRunAtTheSameTime() throws Exception {
        CountDownLatch inside = new CountDownLatch(200);
        subscribe(200, false, message -> {
            inside.countDown();
            assertThat(inside.await(60, TimeUnit.SECONDS)).as("%s others are missing", inside.getCount()).isTrue();
        });
        send(200, 2);
        awaitAll(200, 2);
    }

    /** Plain and kept, with an election, without one, and with shards. */
    @Test
    void theThreadsOfSubscriptionsThatAreStillOpenEndWithTheirClient() throws Exception {
        try (PgPubSub other = PgPubSub.to(postgres.libpqUri()).threads(this::thread).build()) {
            List<String> handled = new CopyOnWriteArrayList<>();
            MessageHandler handler = message -> {
                if (message instanceof Message.Notification notification) {
                    handled.add(notification.payload());
                }
            };
            other.subscribe(SubscriptionOptions.to("ch").build(), handler);
            other.subscribe(SubscriptionOptions.to("ch").singleListener(false).build(), handler);
            for (int shards : List.of(1, 2)) {
                other.kept().subscribe(KeptOptions.to("kept").group("g" + shards).shards(shards).build(),
                        message -> handled.add(message.payload()));
            }
            other.kept().subscribe(KeptOptions.to("kept").singleListener(false).build(),
                    message -> handled.add(message.payload()));
            other.publish("ch", "1").join();
            other.kept().publish(NewMessage.to("kept").payload("2").build()).join();
            await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("1", "1", "2", "2", "2"));
        }
        await().untilAsserted(() -> assertThat(alive()).isEmpty());
    }

    /** A leader hands over what it has not begun, and the other channels of the process are not disturbed. */
    @Test
    void oneStopsWhileTheOthersWork() throws Exception {
        CountDownLatch begun = new CountDownLatch(10);
        CountDownLatch goOn = new CountDownLatch(1);
        subscribe(10, true, message -> {
            begun.countDown();
            goOn.await();
        });
        send(10, 3);
        begun.await();
        Subscription first = subscriptions.get(0);
        Thread stops = new Thread(first::close, "test stops");
        stops.start();
        await().until(() -> stops.getState() == Thread.State.WAITING);
        goOn.countDown();
        stops.join();
        await().until(() -> received.values().stream().filter(each -> each.size() == 3).count() >= 9);
        assertThat(received.values()).allMatch(each -> List.of("1", "2", "3").subList(0, each.size()).equals(each));
    }
}
