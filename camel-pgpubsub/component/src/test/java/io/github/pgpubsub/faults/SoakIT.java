package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Applications live through random faults. {@code -Dsoak.seconds} sets the duration, and {@code -Dsoak.seed} repeats the
 * choices (but not the timing of threads). Afterwards everything is as before.
 */
@Tag("long")
class SoakIT {

    private static final int APPLICATIONS = 3;

    private enum Fault { BACKENDS_ENDED, ONE_BACKEND_ENDED, CUT, RESET, REFUSED, STALLED, SERVER_KILLED, SERVER_STOPPED }

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final long seconds = Long.getLong("soak.seconds", 120);
    private final long seed = Long.getLong("soak.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);

    /** Counts messages, and remembers the last one. */
    private static final class Last implements Processor {

        final AtomicLong count = new AtomicLong();
        volatile String body;

        @Override
        public void process(Exchange exchange) {
            body = exchange.getMessage().getBody(String.class);
            count.incrementAndGet();
        }
    }

    /** An application with consumers of both kinds, which sends constantly. */
    private static final class Inhabitant implements AutoCloseable {

        final Last group = new Last();
        final Last broadcast = new Last();
        final AtomicLong sent = new AtomicLong();
        final AtomicLong failed = new AtomicLong();
        final Application application = new Application(postgres);
        private final Thread sender = new Thread(this::send, "soak sender");
        private volatile boolean ending;

        Inhabitant(Proxy proxy) throws Exception {
            application.through(proxy).configuration().setReconnectDelay(20);
            application.configuration().setHeartbeatInterval(500);
            application.configuration().setHeartbeatTimeout(500);
            application.configuration().setLeaderTimeout(1500);
            application.route(route -> {
                route.from("pgpubsub:soak").routeId("group").errorHandler(route.noErrorHandler()).process(group);
                route.from("pgpubsub:soak?singleListener=false").routeId("broadcast").errorHandler(route.noErrorHandler())
                        .process(broadcast);
            }).start();
            application.send("pgpubsub:soak", "first");
            sender.start();
        }

        private void send() {
            while (!ending) {
                try {
                    application.send("pgpubsub:soak?sendTimeout=1s", "x".repeat(500));
                    sent.incrementAndGet();
                } catch (RuntimeException e) {
                    failed.incrementAndGet();
                }
                // Not at full speed, which would overload the machine.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }

        void endSending() throws InterruptedException {
            ending = true;
            sender.join();
        }

        @Override
        public void close() {
            ending = true;
            application.close();
        }
    }

    /** Without those that handle messages, which come and go. */
    private static List<Map<String, Long>> permanentThreads(List<Inhabitant> all) {
        return all.stream().map(each -> each.application.threads())
                .peek(purposes -> purposes.keySet().removeIf(purpose -> purpose.endsWith(" worker"))).toList();
    }

    @Test
    void afterwardsEverythingIsAsItWas() throws Exception {
        System.out.println("soak.seed=" + seed);
        List<Inhabitant> all = new ArrayList<>();
        try (Proxy proxy = new Proxy(postgres.server())) {
            try {
                for (int i = 0; i < APPLICATIONS; i++) {
                    all.add(new Inhabitant(proxy));
                }
                awaitWhole(all);
                List<Map<String, Long>> threads = permanentThreads(all);
                long begin = System.nanoTime();
                suffer(all, proxy, seconds / 3);
                long early = usedHeap();
                suffer(all, proxy, seconds - seconds / 3);
                for (Inhabitant each : all) {
                    each.endSending();
                }
                long end = System.nanoTime();
                awaitWhole(all);
                long back = (System.nanoTime() - end) / 1_000_000;
                for (Inhabitant each : all) {
                    String body = each.application.context().getName() + " is well";
                    // A consumer that loses its connection once more misses what is sent meanwhile.
                    soon(() -> {
                        each.application.sendAgainAndAgain("pgpubsub:soak", body);
                        assertThat(all).allMatch(other -> body.equals(other.broadcast.body))
                                .anyMatch(other -> body.equals(other.group.body));
                    });
                }
                long late = usedHeap();
                Figures.print("soak: seed %d, %d s, faults %s; sent %d, failed %d, received %d by one and %d by all; whole again"
                        + " after %d ms; heap in use %d MiB early, %d MiB late", seed, (end - begin) / 1_000_000_000, faults,
                        sum(all, each -> each.sent), sum(all, each -> each.failed), sum(all, each -> each.group.count),
                        sum(all, each -> each.broadcast.count), back, early >> 20, late >> 20);
                for (Inhabitant each : all) {
                    soon(() -> assertThat(each.application.backends("listen")).hasSize(1));
                    soon(() -> assertThat(each.application.backends("%")).hasSize(2));
                }
                soon(() -> assertThat(permanentThreads(all)).isEqualTo(threads));
                assertThat(late).as("heap").isLessThan(early + (24L << 20));
            } finally {
                all.forEach(Inhabitant::close);
            }
        }
        soon(() -> assertThat(postgres.backends("pgpubsub %")).isEmpty());
        assertThat(all).allSatisfy(each -> assertThat(each.application.threads()).isEmpty());
    }

    private void suffer(List<Inhabitant> all, Proxy proxy, long forSeconds) {
        long end = System.nanoTime() + Duration.ofSeconds(forSeconds).toNanos();
        while (System.nanoTime() < end) {
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            faults.merge(fault, 1, Integer::sum);
            String victim = all.get(random.nextInt(all.size())).application.context().getName();
            switch (fault) {
                case BACKENDS_ENDED -> end("pgpubsub %");
                case ONE_BACKEND_ENDED -> end("pgpubsub " + victim + " listen");
                case CUT -> proxy.cut();
                case RESET -> proxy.reset();
                case REFUSED -> {
                    proxy.refuse(true);
                    proxy.reset();
                    pause(1000);
                    proxy.refuse(false);
                }
                case STALLED -> {
                    proxy.stall();
                    pause(2000);
                    proxy.resume();
                }
                case SERVER_KILLED -> {
                    postgres.server().stopImmediately();
                    pause(300);
                    postgres.server().startAgain();
                }
                case SERVER_STOPPED -> {
                    postgres.server().stop();
                    postgres.server().startAgain();
                }
            }
            pause(1000);
        }
    }

    private static void end(String application) {
        postgres.strings("select pg_terminate_backend(pid) from pg_stat_activity where application_name like ?", application);
    }

    /** Faults come at random times. */
    private void pause(int mostMillis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(mostMillis)));
    }

    private static void awaitWhole(List<Inhabitant> all) {
        soon(() -> {
            assertThat(all).allMatch(each -> each.application.isReceiving("broadcast"));
            assertThat(all.stream().filter(each -> each.application.isReceiving("group"))).hasSize(1);
        });
    }

    private static long sum(List<Inhabitant> all, Function<Inhabitant, AtomicLong> count) {
        return all.stream().map(count).mapToLong(AtomicLong::get).sum();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
