package io.github.pgpubsub.faults;

import io.github.pgpubsub.history.Numbered;
import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A group whose settings and faults a seed decides. One thread causes all faults; only waits for a member are on other threads.
 * The members' own timing is not repeatable.
 */
final class ChaosWorld implements AutoCloseable {

    private static final int PER_SECOND = 1000;
    /** With a full queue, each message waits for a proof that its member leads: about a queue of messages for each round trip. */
    private static final int PER_SECOND_FAR_AWAY_WITH_A_SHORT_QUEUE = 80;

    private enum Fault {
        STOP(4), KILL(4), FREEZE(4), LEAVE(4), CUT(2), RESET(2), STALL(2), REFUSE(2), BACKEND_ENDED(3), SEVERAL_AT_ONCE(
                5), ROLLING_DEPLOY(1), SERVER_KILLED(1), SERVER_STOPPED(1);

        private final int weight;

        Fault(int weight) {
            this.weight = weight;
        }

        static Fault any(Random random) {
            int at = random.nextInt(List.of(values()).stream().mapToInt(fault -> fault.weight).sum());
            for (Fault fault : values()) {
                at -= fault.weight;
                if (at < 0) {
                    return fault;
                }
            }
            throw new AssertionError();
        }
    }

    /** A later action. */
    private record Due(long nanos, Runnable what) {}

    /** A member's place, with its own route to the server. */
    private final class Place implements AutoCloseable {

        final Proxy proxy = new Proxy(postgres.server());
        final Group far = group.through(proxy);
        Node node;
        /** Busy: frozen, cut off or leaving. No other fault hits it meanwhile. */
        boolean busy;
        boolean stopping;

        Place() {
            proxy.delay(latency);
            node = far.launch();
        }

        boolean isFree() {
            return !busy && node.process().isAlive();
        }

        /** Whether this member could report messages that are lost when others end. */
        boolean isPresent() {
            return isFree() && List.of("COLD", "STANDBY", "LEADER").contains(node.role());
        }

        void launchSoon() {
            busy = true;
            later(random.nextInt(2000), () -> {
                node = far.launch();
                busy = false;
            });
        }

        /** Disturbs the member's connection for this long. */
        void disturb(String how, int millis, Runnable begin, Runnable end) {
            busy = true;
            group.history().happened(What.DISTURBING, node.name(), how);
            begin.run();
            later(millis, () -> {
                end.run();
                group.history().happened(What.SETTLED, node.name(), how);
                busy = false;
            });
        }

        @Override
        public void close() {
            proxy.close();
        }
    }

    private final PostgresExtension postgres;
    private final long seed;
    private final Random random;
    private final int members;
    private final Duration latency;
    private final String options;
    private final Group group;
    private final List<Place> places = new ArrayList<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>((a, b) -> Long.compare(a.nanos(), b.nanos()));
    /** Members still to be replaced, one after the other. */
    private final Deque<Place> deploying = new ArrayDeque<>();
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final List<CompletableFuture<Void>> background = new ArrayList<>();

    /** @param mostMembers from 3 */
    ChaosWorld(PostgresExtension postgres, long seed, int mostMembers) {
        this.postgres = postgres;
        this.seed = seed;
        // Random begins alike for neighbouring seeds, so the factor spreads them.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        members = 3 + random.nextInt(mostMembers - 2);
        latency = Duration.ofMillis(any(0, 5, 50));
        options = "gapMarker=reconnect&reconnectMaxDelay=500&concurrentConsumers=" + any(1, 8) + "&leaderTimeout="
                + any(0, 2000, 3000)
                + "&acquireInterval=" + any(100, 500) + any("", "&heartbeatInterval=1000&heartbeatTimeout=1000")
                + any("", "&queueSize=10&standbyBuffer=0", "&queueSize=10&standbyBuffer=20", "&maxBufferedBytes=5000");
        group = new Group(postgres, "chaos " + seed, options);
    }

    @SafeVarargs
    private <T> T any(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Runs for this long, comes to rest, and is judged. */
    Verdict live(Duration time) {
        System.out.println("chaos world: -Dchaos.seed=" + seed + ", " + this);
        for (int i = 0; i < members; i++) {
            places.add(new Place());
        }
        places.forEach(place -> place.node.awaitStarted());
        group.awaitLeader();
        int perSecond = latency.toMillis() > 5 && options.contains("queueSize=10") ? PER_SECOND_FAR_AWAY_WITH_A_SHORT_QUEUE
                : PER_SECOND;
        try (Numbers anna = group.numbers("anna", perSecond / 2); Numbers ben = group.numbers("ben", perSecond / 2)) {
            suffer(System.nanoTime() + time.toNanos());
            rest();
            long lastOfAnna = anna.stop();
            long lastOfBen = ben.stop();
            group.awaitStarted(new Numbered("anna", lastOfAnna));
            group.awaitStarted(new Numbered("ben", lastOfBen));
        } catch (AssertionError e) {
            // The history shows this more clearly.
            System.out.println("chaos world " + seed + " did not come to rest: " + e.getMessage());
        }
        Verdict verdict = group.verdict();
        Figures.print("chaos world: seed %d, %d s, %s, processes %d, faults %s", seed, time.toSeconds(), this, group.all().size(),
                faults);
        return verdict;
    }

    private void suffer(long end) {
        while (System.nanoTime() < end) {
            // Mostly with a standby in step and all members present, sometimes in any state.
            if (random.nextInt(4) > 0) {
                long longest = Math.min(end, System.nanoTime() + TimeUnit.SECONDS.toNanos(8));
                while (System.nanoTime() < longest && !isWhole()) {
                    pass(20);
                }
            }
            pass(random.nextInt(1500));
            Fault fault = Fault.any(random);
            faults.merge(fault, 1, Integer::sum);
            happen(fault);
        }
    }

    private boolean isWhole() {
        return places.stream().anyMatch(each -> each.isFree() && each.node.isStandbyInStep())
                && places.stream().filter(Place::isFree).noneMatch(each -> each.node.role().isEmpty());
    }

    private void happen(Fault fault) {
        switch (fault) {
            case SEVERAL_AT_ONCE -> several();
            case ROLLING_DEPLOY -> {
                deploying.clear();
                deploying.addAll(places);
            }
            case SERVER_KILLED, SERVER_STOPPED -> restart(fault);
            default -> {
                Place place = target();
                if (place != null) {
                    happen(fault, place);
                }
            }
        }
    }

    private void happen(Fault fault, Place place) {
        Node node = place.node;
        switch (fault) {
            case STOP -> stop(place);
            case KILL -> {
                place.busy = true;
                background(node::kill);
                place.launchSoon();
            }
            case FREEZE -> {
                place.busy = true;
                node.freeze();
                later(200 + random.nextInt(7000), () -> {
                    node.thaw();
                    place.busy = false;
                });
            }
            case LEAVE -> {
                place.busy = true;
                background(() -> {
                    node.command("leave");
                    node.command("join");
                    place.busy = false;
                });
            }
            case CUT -> place.disturb("cut", random.nextInt(100), place.proxy::cut, () -> {});
            case RESET -> place.disturb("reset", random.nextInt(100), place.proxy::reset, () -> {});
            case STALL -> place.disturb("stalled", 200 + random.nextInt(6000), place.proxy::stall, place.proxy::resume);
            case REFUSE -> place.disturb("refused", 200 + random.nextInt(6000), () -> {
                place.proxy.refuse(true);
                place.proxy.reset();
            }, () -> place.proxy.refuse(false));
            case BACKEND_ENDED -> place.disturb("ended", random.nextInt(100),
                    () -> postgres.strings("select pg_terminate_backend(?)", node.backend()), () -> {});
            default -> throw new AssertionError(fault);
        }
    }

    /** Stops the member, which is launched again afterwards. */
    private void stop(Place place) {
        place.busy = true;
        place.stopping = true;
        place.node.askToEnd();
    }

    /** Ends leader, standby and others, each in a random way; at least one member is left. */
    private void several() {
        List<Place> free = new ArrayList<>(places.stream().filter(Place::isFree).toList());
        Collections.shuffle(free, random);
        // Usually the leader and the standby are among them.
        free.sort((a, b) -> Boolean.compare(isOfWeight(b), isOfWeight(a)));
        free.stream().filter(Place::isPresent).reduce((one, next) -> next).ifPresent(free::remove);
        if (free.size() < 2) {
            return;
        }
        List<Place> chosen = free.subList(0, 2 + random.nextInt(free.size() - 1));
        List<Fault> ways = any(List.of(Fault.KILL), List.of(Fault.STOP), List.of(Fault.STOP, Fault.KILL),
                List.of(Fault.KILL, Fault.FREEZE),
                List.of(Fault.STOP, Fault.KILL, Fault.FREEZE, Fault.RESET, Fault.STALL, Fault.LEAVE));
        int between = any(0, 0, 3, 30);
        for (Place place : chosen) {
            happen(ways.get(random.nextInt(ways.size())), place);
            if (between > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(between)));
            }
        }
    }

    private boolean isOfWeight(Place place) {
        return List.of("LEADER", "STANDBY").contains(place.node.role()) && (random.nextInt(8) > 0);
    }

    private void restart(Fault fault) {
        group.history().happenedToAll(What.DISTURBING, fault.name());
        if (fault == Fault.SERVER_KILLED) {
            postgres.server().stopImmediately();
        } else {
            postgres.server().stop();
        }
        pass(random.nextInt(1000));
        postgres.server().startAgain();
        group.history().happenedToAll(What.SETTLED, fault.name());
    }

    /** Usually the leader or the standby; null if no member is free. One member is always left undisturbed. */
    private Place target() {
        List<Place> free = places.stream().filter(Place::isFree).toList();
        if (free.size() < 2) {
            return null;
        }
        String role = any("LEADER", "LEADER", "STANDBY", "any");
        Place chosen = free.stream().filter(place -> place.node.role().equals(role)).findFirst()
                .orElseGet(() -> free.get(random.nextInt(free.size())));
        // A group without members promises nothing. This case is tested too, now and then.
        boolean leavesNobody = places.stream().noneMatch(place -> place != chosen && place.isPresent());
        return leavesNobody && random.nextInt(10) > 0 ? null : chosen;
    }

    private void later(int millis, Runnable what) {
        due.add(new Due(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), what));
    }

    private void background(Runnable what) {
        background.add(CompletableFuture.runAsync(what));
    }

    /** Runs the actions that become due meanwhile. */
    private void pass(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            while (!due.isEmpty() && due.peek().nanos() <= System.nanoTime()) {
                due.remove().what().run();
            }
            places.stream().filter(place -> place.stopping && !place.node.process().isAlive()).forEach(place -> {
                place.stopping = false;
                place.node.awaitEnd();
                place.launchSoon();
            });
            deploy();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        } while (System.nanoTime() < end);
    }

    /** Stops the next member once the previous one is back and has a role again. */
    private void deploy() {
        if (!deploying.isEmpty()
                && places.stream()
                        .noneMatch(place -> place.stopping || !place.node.process().isAlive() || place.node.role().isEmpty())) {
            Place next = deploying.remove();
            if (next.isFree()) {
                stop(next);
            }
        }
    }

    /** Waits until all members are back, all disturbances are over, and a member begins messages. */
    private void rest() {
        deploying.clear();
        while (!due.isEmpty() || places.stream().anyMatch(place -> place.busy)) {
            pass(20);
        }
        background.forEach(CompletableFuture::join);
        places.forEach(place -> place.node.awaitStarted());
        group.awaitNextStart(group.awaitLeader());
    }

    @Override
    public String toString() {
        return "members " + members + ", latency each way " + latency.toMillis() + " ms, " + options;
    }

    @Override
    public void close() {
        group.close();
        places.forEach(Place::close);
    }
}
