package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.Snapshot;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A group that has a long way to go reads its pages apart, and the other groups of its process don't notice. */
@Timeout(120)
@Tag("long")
class FarGroupTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int BACKLOG = 12_000;
    /** Well within the backlog, and past the pages after which a group counts as far behind. */
    private static final int HALFWAY = 4_000;
    private static final String FAR = "kept read far%";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<Integer> far = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> unmarked = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> marked = Collections.synchronizedList(new ArrayList<>());
    private final BlockingQueue<String> head = new LinkedBlockingQueue<>();
    /** Where the far group's handler waits. */
    private final CountDownLatch halfway = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private PgPubSub pubSub;
    private KeptMessages kept;

    @BeforeEach
    void open() throws Exception {
        pubSub = PgPubSub.to(postgres.libpqUri()).name("kept").build();
        kept = pubSub.kept();
        kept.startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber");
    }

    @AfterEach
    void close() {
        goOn.countDown();
        pubSub.close();
        // The server ends a backend soon after its connection is closed.
        await().untilAsserted(() -> assertThat(postgres.backends("kept%")).isEmpty());
    }

    private static void backlog(int from, int to) {
        postgres.execute("insert into pgpubsub.message (channel, payload) select 'orders', i::text from generate_series(?, ?) i",
                from, to - 1);
    }

    private KeptSubscription atTheHead() throws Exception {
        return kept.subscribe(KeptOptions.to("orders").group("head").build(), message -> head.add(message.payload()));
    }

    private KeptSubscription farBehind() throws Exception {
        KeptHandler handler = message -> {
            far.add(Integer.valueOf(message.payload()));
            (message.redelivered() ? marked : unmarked).add(Integer.valueOf(message.payload()));
            if (far.size() == HALFWAY) {
                halfway.countDown();
                goOn.await();
            }
        };
        return kept.subscribe(KeptOptions.to("orders").group("far").startFrom(new StartFrom.Earliest()).build(), handler);
    }

    private void writeAndAwaitAtTheHead(int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            backlog(i, i + 1);
            assertThat(head.take()).isEqualTo(String.valueOf(i));
        }
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private void awaitAll(int to) {
        await().atMost(SOON).until(() -> far.size() >= to);
        assertThat(far).isEqualTo(numbers(0, to));
        assertThat(marked).isEmpty();
    }

    private static void signal(int pid, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void theHeadGoesOnWhileAPageOfAGroupFarBehindNeverComes() throws Exception {
        backlog(0, BACKLOG);
        try (KeptSubscription first = atTheHead(); KeptSubscription second = farBehind()) {
            halfway.await();
            await().atMost(SOON).until(() -> postgres.backends(FAR).size() == 1);
            int backend = postgres.backends(FAR).get(0);
            signal(backend, "STOP");
            try {
                goOn.countDown();
                writeAndAwaitAtTheHead(BACKLOG, BACKLOG + 50);
            } finally {
                signal(backend, "CONT");
            }
            awaitAll(BACKLOG + 50);
        }
    }

    @Test
    void aLostSecondConnectionMeansThatTheFirstOneReads() throws Exception {
        backlog(0, BACKLOG);
        try (KeptSubscription first = atTheHead(); KeptSubscription second = farBehind()) {
            halfway.await();
            await().atMost(SOON).until(() -> postgres.backends(FAR).size() == 1);
            postgres.terminate(postgres.backends(FAR).get(0));
            goOn.countDown();
            awaitAll(BACKLOG);
            writeAndAwaitAtTheHead(BACKLOG, BACKLOG + 3);
        }
    }

    @Test
    void aLostFirstConnectionEndsTheSecondOneToo() throws Exception {
        backlog(0, BACKLOG);
        try (KeptSubscription first = atTheHead(); KeptSubscription second = farBehind()) {
            halfway.await();
            await().atMost(SOON).until(() -> postgres.backends(FAR).size() == 1);
            postgres.terminate(postgres.backends("kept read").get(0));
            goOn.countDown();
            await().atMost(SOON).until(() -> far.size() >= BACKLOG);
            // What was in hand when the connection was lost may come again, marked, and nothing else.
            assertThat(far.stream().distinct()).containsExactlyElementsOf(numbers(0, BACKLOG));
            assertThat(unmarked).doesNotHaveDuplicates();
        }
    }

    @Test
    void aGroupThatSeeksWhileItRunsGetsEverythingAgainAndMarked() throws Exception {
        backlog(0, BACKLOG);
        goOn.countDown();
        try (KeptSubscription first = atTheHead(); KeptSubscription second = farBehind()) {
            awaitAll(BACKLOG);
            far.clear();
            postgres.strings("select pgpubsub.seek('orders', 'far', 'earliest')::text");
            await().atMost(SOON).until(() -> far.size() >= BACKLOG);
            assertThat(far).isEqualTo(numbers(0, BACKLOG));
            assertThat(marked).isEqualTo(numbers(0, BACKLOG));
            assertThat(head).isEmpty();
        }
    }

    @Test
    void aGroupThatIsAloneNeedsNoSecondConnection() throws Exception {
        backlog(0, BACKLOG);
        try (KeptSubscription alone = farBehind()) {
            halfway.await();
            assertThat(postgres.backends(FAR)).isEmpty();
            goOn.countDown();
            awaitAll(BACKLOG);
            assertThat(postgres.backends(FAR)).isEmpty();
        }
    }

    @Test
    void aPageIsReadByTheServerThatOpenedTheWindowOrNotAtAll() throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        FarPages pages = new FarPages(new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password()),
                new LogReaderOptions("kept read", "pgpubsub", true, Duration.ofMillis(10), Duration.ofMillis(10), null),
                new LogSchema("pgpubsub"), new LogQueries("pgpubsub"), UUID.randomUUID(),
                (purpose, task) -> new Thread(task, purpose));
        try {
            Bound bound = new Bound(new Snapshot("3:3:"), 0, 3);
            PageRequest request = new PageRequest(new Window(bound, bound), PageRequest.Part.REST, 0, 1, 1, 1);
            FarPages.Answer answer = new FarPages.Answer() {
                @Override
                public void read(Page<KeptRow> page) {
                    answers.add("read");
                }

                @Override
                public void refused(String error) {
                    answers.add(error);
                }

                @Override
                public void notRead() {
                    answers.add("not read");
                }
            };
            assertThat(pages.read(null, new Shard("orders", "far"), Set.of(0), request, answer)).isFalse();
            assertThat(pages.read("another run", new Shard("orders", "far"), Set.of(0), request, answer)).isTrue();
            assertThat(answers.take()).isEqualTo("not read");
        } finally {
            pages.close();
        }
    }
}
