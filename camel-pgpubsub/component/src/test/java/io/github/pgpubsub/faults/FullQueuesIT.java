package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A route stands still while messages arrive: which are kept, which are dropped, which routes wait, and what is reported. */
@Tag("long")
@Tag("alone")
class FullQueuesIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Stands still from its first message on. */
    private static final class Standing implements MessageHandler {

        final List<String> payloads = new CopyOnWriteArrayList<>();
        final CountDownLatch go = new CountDownLatch(1);

        @Override
        public void handle(Message message) throws InterruptedException {
            if (message instanceof Message.Notification notification) {
                payloads.add(notification.payload());
                go.await();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, dropOldest, 91", "false, dropOldest, 91", "true, dropNewest, 2", "false, dropNewest, 2"})
    void whatOverflowsIsDroppedAndCounted(boolean singleListener, Overflow overflow, int firstKept) throws Exception {
        Standing route = new Standing();
        try (LoggedLines log = LoggedLines.capture();
                PgPubSub pubSub = pubSub();
                Subscription subscription = pubSub.subscribe(SubscriptionOptions.to("drop").name("Route slow").queueSize(10)
                        .overflow(overflow).singleListener(singleListener).build(), route)) {
            postgres.notify("drop", "1");
            soon(() -> assertThat(route.payloads).containsExactly("1"));
            postgres.notify("drop", 2, 100, 0);
            soon(() -> assertThat(subscription.status().counts().dropped()).isEqualTo(89));
            assertThat(subscription.status().queued()).isEqualTo(10);
            assertThat(log.lines()).filteredOn(line -> line.startsWith("WARN") && line.contains("dropped")).singleElement()
                    .asString().contains("Route slow", "queueSize=10", "overflow=" + overflow);

            route.go.countDown();
            soon(() -> assertThat(route.payloads).hasSize(11));
            postgres.notify("drop", "last");
            List<String> kept = IntStream.range(firstKept, firstKept + 10).mapToObj(String::valueOf).toList();
            soon(() -> assertThat(route.payloads).startsWith("1").containsSubsequence(kept).endsWith("last").hasSize(12));
        }
    }

    /** Payloads of 4,000 bytes. Messages are passed on in batches, and the last batches may exceed the bound. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bytesAreBoundedToo(boolean singleListener) throws Exception {
        int messages = 3000;
        BufferLimit memory = new BufferLimit(2_000_000);
        Standing route = new Standing();
        try (PgPubSub pubSub = pubSub();
                Subscription subscription = pubSub.subscribe(SubscriptionOptions.to("bytes")
                        .queueSize(messages).memory(memory).singleListener(singleListener).build(), route)) {
            // Messages that arrive during a take-over have a different bound.
            soon(() -> assertThat(subscription.isReceiving()).isTrue());
            postgres.notify("bytes", 1, messages, 4000);
            soon(() -> assertThat(subscription.status().session().waitsFor()).isEqualTo("bytes"));
            long held = memory.held();
            int queued = subscription.status().queued();
            Figures.print("maxBufferedBytes 2000000, 4000 bytes each, singleListener=%b: %d bytes held in %d messages",
                    singleListener, held, queued);
            assertThat(held).isBetween(1_900_000L, 2_400_000L);
            assertThat(queued).isBetween(450, 600);

            route.go.countDown();
            soon(() -> assertThat(route.payloads).hasSize(messages));
            soon(() -> assertThat(memory.held()).isZero());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBacklogOf300MegabytesNeedsNoMoreMemoryThanASmallOne(boolean singleListener) {
        int messages = 75_000;
        try (JvmProcess node = JvmProcess.start("standing", StandingNode.class, List.of("-Xmx96m"),
                List.of(postgres.url(), postgres.user(), postgres.password(), "pgpubsub:backlog?singleListener=" + singleListener,
                        String.valueOf(messages)))) {
            node.awaitLine(StandingNode.STARTED::equals, Node.SOON);
            postgres.notify("backlog", 1, 1, 4000);
            node.awaitLine(StandingNode.HELD::equals, Node.SOON);
            long begin = System.nanoTime();
            for (int first = 2; first <= messages; first += 250) {
                postgres.notify("backlog", first, Math.min(messages, first + 249), 4000);
            }
            node.awaitLine(line -> line.contains("its queue is full"), Node.SOON);
            long go = System.nanoTime();
            node.send("go");
            String all = node.awaitLine(line -> line.startsWith(StandingNode.ALL), Node.SOON.multipliedBy(2)).text();
            Figures.print("a backlog of %d MB in a JVM with -Xmx96m, singleListener=%b: sent in %d ms, all came within"
                    + " %d ms after the stall, heap in use at most %s", messages * 4L / 1000, singleListener,
                    (go - begin) / 1_000_000, (System.nanoTime() - go) / 1_000_000, all.substring(StandingNode.ALL.length() + 1));
        }
    }

    @Test
    void aFullQueueMakesTheOthersOnItsSessionWaitAndSaysSoOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Arrivals slow = new Arrivals();
        Arrivals neighbour = new Arrivals();
        Arrivals apart = new Arrivals();
        try (LoggedLines log = LoggedLines.capture();
                Application application = new Application(postgres)
                        .route(route -> route.from("pgpubsub:slow?queueSize=5&singleListener=false").routeId("slow").process(slow)
                                .process(exchange -> go.await()))
                        .receive("neighbour", "pgpubsub:fast?singleListener=false", neighbour)
                        .receive("apart", "pgpubsub:fast?singleListener=false&dedicatedSession=true", apart)
                        .start()) {
            postgres.notify("slow", 1, 20, 0);
            soon(() -> assertThat(application.health("neighbour").getDetails()).containsKey("waitsFor"));
            postgres.notify("fast", "hello");
            apart.awaitBodies("hello");
            for (String routeId : List.of("slow", "neighbour")) {
                assertThat(application.health(routeId).getDetails().get("waitsFor")).asString().contains("slow");
            }
            assertThat(application.health("apart").getDetails()).doesNotContainKey("waitsFor");
            assertThat(neighbour.bodies()).isEmpty();

            go.countDown();
            neighbour.awaitBodies("hello");
            soon(() -> assertThat(slow.bodies()).hasSize(20));
            assertThat(application.health("slow").getDetails()).doesNotContainKey("waitsFor");
            assertThat(log.lines()).filteredOn(line -> line.contains("its queue is full")).singleElement().asString()
                    .startsWith("WARN").contains("Route slow", "dedicatedSession");
            assertThat(log.lines()).filteredOn(line -> line.contains("has room again")).hasSize(1);
        }
    }

    private static PgPubSub pubSub() {
        return PgPubSub.to(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password())).build();
    }
}
