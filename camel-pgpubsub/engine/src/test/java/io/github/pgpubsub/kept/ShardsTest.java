package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.ShardStatus;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Several members of a group are active at once. */
@Timeout(120)
class ShardsTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int KEYS = 20;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private record Taken(String member, int shard, String key, int number, boolean again, long epoch) {}

    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<PgPubSub> all = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        open("sender").kept().startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked");
    }

    @AfterEach
    void close() {
        all.forEach(PgPubSub::close);
    }

    private PgPubSub open(String name) {
        PgPubSub opened = PgPubSub.to(postgres.libpqUri()).name(name).build();
        all.add(opened);
        return opened;
    }

    private static KeptOptions.Builder orders(int shards) {
        return KeptOptions.to("orders").group("g").shards(shards).startFrom(new StartFrom.Earliest())
                .pollInterval(Duration.ofMillis(100)).acquireInterval(Duration.ofMillis(50)).drainTimeout(Duration.ofSeconds(20));
    }

    private KeptSubscription subscribe(PgPubSub pubSub, String member, KeptOptions.Builder options) throws Exception {
        return pubSub.kept().subscribe(options.build(), message -> {
            String[] words = message.payload().split(" ");
            taken.add(new Taken(member, message.shard(), message.key(), Integer.parseInt(words[1]), message.redelivered(),
                    message.epoch()));
        });
    }

    /** One message for each key. */
    private void publish(int rounds) {
        for (int i = 0; i < rounds; i++) {
            for (int key = 0; key < KEYS; key++) {
                String name = "k" + key;
                all.get(0).kept()
                        .publish(NewMessage.to("orders").key(name).payload(name + " " + numbers.merge(name, 1, Integer::sum))
                                .build());
            }
        }
    }

    private static Set<Integer> led(KeptSubscription subscription) {
        return subscription.shards().stream().filter(ShardStatus::reading).map(ShardStatus::shard).collect(Collectors.toSet());
    }

    private static void awaitShares(int shards, KeptSubscription... members) {
        await().atMost(SOON).untilAsserted(() -> {
            List<Integer> sizes = new ArrayList<>();
            for (KeptSubscription each : members) {
                sizes.add(led(each).size());
            }
            assertThat(sizes).allSatisfy(size -> assertThat(size).isBetween(shards / members.length,
                    (shards + members.length - 1) / members.length));
            assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(shards);
        });
    }

    private void awaitAll() {
        await().atMost(SOON).until(() -> taken.size() >= numbers.values().stream().mapToInt(Integer::intValue).sum());
        Map<String, List<Integer>> byKey = new HashMap<>();
        taken.forEach(each -> byKey.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each.number()));
        byKey.forEach((key, received) -> assertThat(received).as(key)
                .isEqualTo(IntStream.rangeClosed(1, numbers.get(key)).boxed().toList()));
        assertThat(taken).noneMatch(Taken::again);
    }

    @Test
    void membersShareAndEachKeyStaysInOrder() throws Exception {
        KeptSubscription a = subscribe(open("a"), "a", orders(8));
        awaitShares(8, a);
        publish(5);
        KeptSubscription b = subscribe(open("b"), "b", orders(8));
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            while (!over.get()) {
                publish(1);
                pause();
            }
        });
        writer.start();
        awaitShares(8, a, b);
        KeptSubscription c = subscribe(open("c"), "c", orders(8));
        awaitShares(8, a, b, c);
        await().atMost(SOON).until(() -> taken.stream().map(Taken::member).distinct().count() == 3);
        await().atMost(SOON).untilAsserted(() -> assertThat(a.members()).hasSize(3).allMatch(each -> each.leader()));
        a.close();
        awaitShares(8, b, c);
        b.close();
        awaitShares(8, c);
        over.set(true);
        writer.join();
        awaitAll();
        c.close();
        Map<String, Set<Integer>> shards = taken.stream()
                .collect(Collectors.groupingBy(Taken::key, Collectors.mapping(Taken::shard, Collectors.toSet())));
        assertThat(shards.values()).allMatch(each -> each.size() == 1);
        assertThat(postgres.number("select count(*) from pgpubsub.place where owner is not null")).isZero();
    }

    /** A member watches a shard of another session while it leads its own. */
    @Test
    @Tag("long")
    void aFrozenMemberThatMayNotBeEndedIsToldByStatus() throws Exception {
        postgres.createRole("mere", "secret");
        postgres.execute("grant usage on schema pgpubsub to mere; grant all on all tables in schema pgpubsub to mere;"
                + " grant all on all sequences in schema pgpubsub to mere; grant execute on all functions in schema pgpubsub to mere");
        try (Proxy proxy = new Proxy(postgres.server())) {
            String url = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database()
                    + "?sslmode=disable";
            PgPubSub first = PgPubSub.to(new UrlConnectionSource(url, postgres.user(), postgres.password())).name("first")
                    .build();
            PgPubSub second = PgPubSub.to(new UrlConnectionSource(postgres.url(), "mere", "secret")).name("second").build();
            all.addAll(List.of(first, second));
            KeptSubscription a = subscribe(first, "a", orders(4).leaderTimeout(Duration.ofSeconds(1)));
            KeptSubscription b = subscribe(second, "b", orders(4).leaderTimeout(Duration.ofSeconds(1)));
            awaitShares(4, a, b);
            int frozen = postgres.backends("first listen").get(0);
            proxy.stall();
            await().atMost(SOON).until(() -> b.status().group().undeposable() == frozen);
            assertThat(b.status().group().role()).isEqualTo(Role.LEADER);
            postgres.terminate(frozen);
            proxy.resume();
            awaitShares(4, a, b);
            await().atMost(SOON).until(() -> b.status().group().undeposable() == 0);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void twoConsumersOfOneProcessShare() throws Exception {
        PgPubSub process = open("a");
        KeptSubscription one = subscribe(process, "one", orders(5));
        KeptSubscription two = subscribe(process, "two", orders(5));
        awaitShares(5, one, two);
        publish(3);
        awaitAll();
        one.close();
        awaitShares(5, two);
        publish(3);
        awaitAll();
    }

    @Test
    void aLostSessionLosesNothing() throws Exception {
        KeptSubscription a = subscribe(open("a"), "a", orders(4));
        KeptSubscription b = subscribe(open("b"), "b", orders(4));
        awaitShares(4, a, b);
        for (int pid : postgres.backends("a listen%")) {
            postgres.strings("select pg_terminate_backend(?)", pid);
        }
        publish(3);
        awaitShares(4, a, b);
        publish(3);
        await().atMost(SOON).until(() -> taken.stream().map(each -> each.key() + each.number()).distinct().count() == 6 * KEYS);
    }

    @Test
    void theShardsOfAMemberTakeTurns() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        KeptSubscription one = open("a").kept().subscribe(orders(4).build(), message -> {
            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
            pause();
            atWork.decrementAndGet();
            taken.add(
                    new Taken("a", message.shard(), message.key(), Integer.parseInt(message.payload().split(" ")[1]), false, 0));
        });
        awaitShares(4, one);
        publish(3);
        awaitAll();
        assertThat(most.get()).isEqualTo(1);
        assertThat(taken.stream().map(Taken::shard).distinct()).hasSize(4);
        assertThat(one.status().counts().received()).isEqualTo(3 * KEYS);
    }

    /** Each shard has rows, windows and a place of its own, and the server reads each row about once. */
    @Test
    void aMemberReadsOnceForAllItsShards() throws Exception {
        int rounds = 500;
        AtomicInteger received = new AtomicInteger();
        KeptSubscription one = open("a").kept().subscribe(orders(8).build(), message -> received.incrementAndGet());
        awaitShares(8, one);
        int reader = postgres.backends("a read%").get(0);
        postgres.execute("select pg_stat_reset()");
        postgres.execute(
                "insert into pgpubsub.message (channel, key, payload) select 'orders', 'k' || i % 500, '' from generate_series(1, "
                        + rounds * KEYS + ") i");
        await().atMost(SOON).until(() -> received.get() == rounds * KEYS);
        // A backend tells what it has read when it ends.
        one.close();
        all.get(1).close();
        await().atMost(SOON).until(() -> postgres.number("select count(*) from pg_stat_activity where pid = ?", reader) == 0);
        assertThat(postgres.number("select sum(idx_tup_fetch)::bigint from pg_stat_user_tables where relname like 'message_%'"))
                .isBetween((long) rounds * KEYS, 2L * rounds * KEYS);
    }

    /** The server refuses some pages, openings and acknowledgements: somebody locks the log again and again for longer than they wait. */
    @Tag("long")
    @Test
    void whatTheServerRefusesComesLater() throws Exception {
        Set<String> received = ConcurrentHashMap.newKeySet();
        KeptSubscription one = open("a").kept().subscribe(orders(8).build(), message -> received.add(message.payload()));
        awaitShares(8, one);
        try (Connection other = postgres.connect()) {
            other.setAutoCommit(false);
            for (int i = 0; i < 5; i++) {
                other.createStatement().execute("insert into pgpubsub.message (channel, key, payload)"
                        + " select 'orders', 'k' || n % 50, '" + i + "/' || n from generate_series(1, 3000) n");
                other.commit();
                other.createStatement().execute("lock table pgpubsub.message in access exclusive mode");
                TimeUnit.MILLISECONDS.sleep(2500);
                other.commit();
            }
        }
        await().atMost(SOON).until(() -> received.size() == 5 * 3000);
        await().atMost(SOON).until(() -> postgres.number("select sum(lag) from pgpubsub.groups") == 0);
        await().atMost(SOON).until(() -> led(one).size() == 8);
    }

    @Test
    void anotherNumberIsRefusedWithBoth() throws Exception {
        KeptSubscription eight = subscribe(open("a"), "a", orders(8));
        awaitShares(8, eight);
        for (int wrong : new int[] {1, 4}) {
            assertThatThrownBy(() -> subscribe(open("b"), "b", orders(wrong))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has 8 shards, not " + wrong);
        }
        assertThatThrownBy(() -> orders(2).singleListener(false).build()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shards=2");
    }

    @Test
    void allShardsExpireOrNone() throws Exception {
        subscribe(open("a"), "a", orders(4)).close();
        postgres.execute("update pgpubsub.seen set at = at - interval '40 days' where no in"
                + " (select no from pgpubsub.subscriber where shard < 3)");
        postgres.execute("select pgpubsub.rotate()");
        assertThat(postgres.number("select count(*) from pgpubsub.subscriber")).isEqualTo(4);
        postgres.execute("update pgpubsub.seen set at = at - interval '40 days'");
        postgres.execute("select pgpubsub.rotate()");
        assertThat(postgres.number("select count(*) from pgpubsub.subscriber")).isZero();
    }

    // ---- another number of shards

    /** From each number to the next one, with what is unread and two writers that go on meanwhile. */
    @Tag("long")
    @Test
    void theNumberChangesAndEachKeyStaysInOrder() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> writers = List.of(writer("w0", over), writer("w1", over));
        writers.forEach(Thread::start);
        int former = 1;
        for (int next : new int[] {4, 8, 2, 3, 1}) {
            KeptSubscription[] members = {subscribe(open("a" + former), "a", orders(former)),
                subscribe(open("b" + former), "b", orders(former))};
            int before = taken.size();
            await().atMost(SOON).until(() -> taken.size() > before + 40);
            for (KeptSubscription each : members) {
                each.close();
            }
            long again = postgres.number("select pgpubsub.reshard('orders', 'g', " + next + ")");
            if (next % former == 0) {
                assertThat(again).isZero();
            }
            former = next;
        }
        over.set(true);
        for (Thread each : writers) {
            each.join();
        }
        try (KeptSubscription last = subscribe(open("last"), "last", orders(former))) {
            await().atMost(SOON).until(() -> postgres.number("select sum(lag) from pgpubsub.groups") == 0);
        }
        Map<String, Integer> highest = new HashMap<>();
        for (Taken each : taken) {
            int most = highest.getOrDefault(each.key(), 0);
            assertThat(each.number()).as(each.toString()).isLessThanOrEqualTo(most + 1);
            assertThat(each.again() || each.number() == most + 1).as(each + " after " + most).isTrue();
            highest.put(each.key(), Math.max(most, each.number()));
        }
        assertThat(highest).isEqualTo(numbers);
    }

    /** Writes to keys of its own, each transaction open for a moment. */
    private Thread writer(String name, AtomicBoolean over) {
        return new Thread(() -> {
            try (Connection connection = postgres.connect()) {
                connection.setAutoCommit(false);
                for (int i = 0; !over.get(); i++) {
                    String key = name + "-" + i % KEYS;
                    int number;
                    synchronized (numbers) {
                        number = numbers.merge(key, 1, Integer::sum);
                    }
                    connection.createStatement()
                            .execute("insert into pgpubsub.message (channel, key, payload) values ('orders', '"
                                    + key + "', '" + key + " " + number + "')");
                    TimeUnit.MILLISECONDS.sleep(i % 7);
                    connection.commit();
                }
            } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Tag("long")
    @Test
    void theNumberDoesNotChangeWhileAMemberLeads() throws Exception {
        KeptSubscription one = subscribe(open("a"), "a", orders(2));
        awaitShares(2, one);
        assertThatThrownBy(() -> postgres.execute("select pgpubsub.reshard('orders', 'g', 4)")).hasStackTraceContaining("is led")
                .hasStackTraceContaining("shard 0 by a");
        one.close();
        publish(2);
        assertThat(postgres.number("select pgpubsub.reshard('orders', 'g', 3)")).isZero();
        assertThat(postgres.number("select sum(lag) from pgpubsub.groups")).isEqualTo(2 * KEYS);
        assertThatThrownBy(() -> subscribe(open("b"), "b", orders(2))).hasMessageContaining("has 3 shards, not 2");
        KeptSubscription three = subscribe(open("c"), "c", orders(3));
        awaitShares(3, three);
        await().atMost(SOON).until(() -> taken.size() == 2 * KEYS);
    }
}
