package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.NewMessage;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * 64 senders, whose backends are ended, cut off and frozen for less than the timeout, 100 times ({@code -Dkept.faults}): each send that
 * succeeded is in the log once, each that failed is not there, none is unknown.
 */
@Tag("long")
class SendingFaultsIT {

    private static final int SENDERS = 64;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int LONGEST_FREEZE = 1500;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private record Sent(String id, Exception failure) {}

    private final int faults = Integer.getInteger("kept.faults", 100);
    private final Random random = new Random(Long.getLong("kept.seed", 1));
    private final Map<String, Sent> outcomes = new ConcurrentHashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void eachOutcomeIsKnownAndTrue() throws Exception {
        Map<String, Integer> happened = new java.util.TreeMap<>();
        try (Proxy proxy = new Proxy(postgres.server());
                PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(
                        "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database(), postgres.user(),
                        postgres.password())).name("sender").reconnect(Duration.ofMillis(10), Duration.ofMillis(100)).build()) {
            KeptMessages kept = pubSub.kept();
            kept.startPublishing();
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                String name = "s" + i;
                senders.add(new Thread(() -> sendUntilOver(kept, name), name));
            }
            senders.forEach(Thread::start);
            for (int i = 0; i < faults; i++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
                happened.merge(happen(proxy), 1, Integer::sum);
            }
            over.set(true);
            for (Thread sender : senders) {
                sender.join(TimeUnit.SECONDS.toMillis(60));
                assertThat(sender.isAlive()).isFalse();
            }
        }
        Figures.print("kept sends: %d by %d senders, failed %d, unknown %d, faults %s", outcomes.size(), SENDERS,
                outcomes.values().stream().filter(each -> each.failure() != null).count(),
                outcomes.values().stream().filter(each -> each.failure() instanceof UnknownOutcomeException).count(), happened);
        assertThat(outcomes.values()).noneMatch(each -> each.failure() instanceof UnknownOutcomeException);
        List<String> log = postgres.strings("select payload || ' ' || id || '-' || (extract(epoch from at) * 1000000)::bigint"
                + " from pgpubsub.message");
        Set<String> expected = new HashSet<>();
        outcomes.forEach((payload, sent) -> {
            if (sent.failure() == null) {
                expected.add(payload + " " + sent.id());
            }
        });
        assertThat(log).doesNotHaveDuplicates().hasSameSizeAs(expected);
        assertThat(new HashSet<>(log)).isEqualTo(expected);
    }

    private void sendUntilOver(KeptMessages kept, String name) {
        for (int i = 0; !over.get(); i++) {
            String payload = name + "-" + i;
            CompletableFuture<Sent> outcome = new CompletableFuture<>();
            kept.publish(NewMessage.to("orders").payload(payload).build(), TIMEOUT,
                    (id, failure) -> outcome.complete(new Sent(id, failure)));
            outcomes.put(payload, outcome.orTimeout(60, TimeUnit.SECONDS).join());
        }
    }

    private String happen(Proxy proxy) throws Exception {
        switch (random.nextInt(6)) {
            case 0 -> {
                proxy.reset();
                return "reset";
            }
            case 1 -> {
                proxy.cut();
                return "cut";
            }
            case 2 -> {
                proxy.stall();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_FREEZE));
                if (random.nextBoolean()) {
                    proxy.reset();
                }
                proxy.resume();
                return "stalled";
            }
            case 3 -> {
                backends().forEach(pid -> postgres.strings("select pg_terminate_backend(?)", pid));
                return "ended";
            }
            case 4 -> {
                List<Integer> frozen = backends();
                frozen.forEach(pid -> signal(pid, "STOP"));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_FREEZE));
                frozen.forEach(pid -> signal(pid, "CONT"));
                return "frozen";
            }
            default -> {
                // What it has in its socket it does after its connection was given up.
                List<Integer> frozen = backends();
                frozen.forEach(pid -> signal(pid, "STOP"));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
                proxy.cut();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_FREEZE));
                frozen.forEach(pid -> signal(pid, "CONT"));
                return "frozen and cut off";
            }
        }
    }

    private static List<Integer> backends() {
        return postgres.backends("sender %");
    }

    /** The backend may be gone. */
    private static void signal(int pid, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).redirectErrorStream(true).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
