package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.history.kept.KeptEvent.What;
import io.github.pgpubsub.history.kept.KeptJudge;
import io.github.pgpubsub.history.kept.KeptRecord;
import io.github.pgpubsub.history.kept.KeptRecorder;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Processes with some groups each, whose settings and faults a seed decides, and writers. One thread causes all faults. The processes' own
 * timing is not repeatable.
 */
final class KeptWorld implements AutoCloseable {

    private static final Path RECORDS = Path.of("target", "kept");
    private static final String CAMEL = System.getProperty("kept.camel", "some");
    private static final Duration START = Duration.ofSeconds(90);
    /** After the last fault: so long without any progress, and nothing more is going to come. */
    private static final Duration REST = Duration.ofSeconds(30);

    private enum Fault {
        STOP(3), KILL(3), FREEZE(6), CUT(3), RESET(3), STALL(5), REFUSE(3), BACKENDS_ENDED(6), ALL_BACKENDS_ENDED(2), KILL_ALL(
                1), SERVER_KILLED(1), SERVER_STOPPED(1);

        private final int weight;

        Fault(int weight) {
            this.weight = weight;
        }

        static Fault any(Random random) {
            int at = random.nextInt(Stream.of(values()).mapToInt(fault -> fault.weight).sum());
            for (Fault fault : values()) {
                at -= fault.weight;
                if (at < 0) {
                    return fault;
                }
            }
            throw new AssertionError();
        }
    }

    private record Due(long nanos, Runnable what) {}

    /** A process's place, with its own route to the server. */
    private final class Place implements AutoCloseable {

        final Proxy proxy = new Proxy(postgres.server());
        String name = "";
        JvmProcess process;
        boolean busy;

        Place() {
            proxy.delay(latency);
            launch();
        }

        void launch() {
            name = "node-" + ++launched;
            List<String> arguments = new ArrayList<>(List.of(name,
                    "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database(), postgres.user(),
                    postgres.password(), directory.toString()));
            groups.forEach(each -> arguments.add(each.text()));
            recorder.happened(What.STARTING, name, "");
            process = JvmProcess.start(name, inCamel() ? KeptCamelNode.class : KeptNode.class,
                    List.of("-Xmx96m", "-Dlog4j2.shutdownHookEnabled=false"), arguments);
            all.add(process);
        }

        /** As {@code -Dkept.camel} says: {@code some}, {@code all} or {@code none} of the processes have a CamelContext. */
        private boolean inCamel() {
            return switch (CAMEL) {
                case "all" -> true;
                case "none" -> false;
                default -> launched % 3 == 0;
            };
        }

        boolean isFree() {
            return !busy && process.isAlive();
        }

        boolean isPresent() {
            return isFree() && process.lines().stream().anyMatch(line -> line.text().equals(KeptNode.STARTED));
        }

        void launchSoon() {
            busy = true;
            later(random.nextInt(1500), () -> {
                launch();
                busy = false;
            });
        }

        void disturb(String how, int millis, Runnable begin, Runnable end) {
            String disturbed = name;
            busy = true;
            recorder.happened(What.DISTURBING, disturbed, how);
            begin.run();
            later(millis, () -> {
                end.run();
                recorder.happened(What.SETTLED, disturbed, how);
                busy = false;
            });
        }

        @Override
        public void close() {
            process.close();
            proxy.close();
        }
    }

    private final PostgresExtension postgres;
    private final long seed;
    private final Random random;
    private final int perSecond;
    private final int members;
    private final Duration latency;
    private final List<KeptGroup> groups = new ArrayList<>();
    private final Path directory;
    private final KeptRecorder recorder;
    private final List<Place> places = new ArrayList<>();
    private final List<JvmProcess> all = new ArrayList<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>((a, b) -> Long.compare(a.nanos(), b.nanos()));
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private int launched;

    /**
     * @param mostMembers from 2
     * @param modes       of the groups, see {@link KeptGroup#ackMode}
     */
    KeptWorld(PostgresExtension postgres, long seed, int mostMembers, int perSecond, String modes) {
        this(postgres, seed, 2, mostMembers, perSecond, modes, 1);
    }

    /** @param shards of each group */
    KeptWorld(PostgresExtension postgres, long seed, int leastMembers, int mostMembers, int perSecond, String modes,
            int shards) {
        this.postgres = postgres;
        this.seed = seed;
        this.perSecond = perSecond;
        // Random begins alike for neighbouring seeds, so the factor spreads them.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        members = leastMembers + random.nextInt(mostMembers - leastMembers + 1);
        // With ackMode=transaction each message takes several round trips, one after the other: it would not keep up.
        latency = Duration.ofMillis(modes.contains("transaction") ? 0 : any(0, 0, 2));
        directory = RECORDS.resolve(seed + "-" + System.nanoTime()).toAbsolutePath();
        recorder = KeptRecorder.into(directory, "test");
        for (String mode : modes.split(",")) {
            String ackMode = KeptGroup.ackMode(mode);
            boolean wide = !ackMode.equals("transaction") && random.nextInt(4) == 0;
            int leaderTimeout = any(1000, 2000, 3000);
            int queueSize = any(10, 100, 1000);
            int failing = any(0, 0, 500);
            int batch = KeptGroup.isBatched(mode) ? any(3, 20, 100) : 0;
            groups.add(
                    new KeptGroup("g-" + mode, ackMode, batch, wide ? 4 : 1, leaderTimeout, queueSize, "retry", failing, shards));
        }
        postgres.execute("drop schema if exists pgpubsub cascade");
        KeptWriters.createTables(postgres);
    }

    @SafeVarargs
    private <T> T any(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Lives for this long, comes to rest, and is judged. */
    Verdict live(Duration time) throws SQLException {
        System.out.println("kept world: -Dkept.seed=" + seed + ", " + this);
        for (int i = 0; i < members; i++) {
            places.add(new Place());
        }
        places.forEach(each -> each.process.awaitLine(KeptNode.STARTED::equals, START));
        boolean atRest;
        try (KeptWriters writers = KeptWriters.start(postgres::connect, recorder, perSecond, seed)) {
            suffer(System.nanoTime() + time.toNanos());
            settle();
        }
        atRest = awaitRest();
        stopAll();
        try (Connection connection = postgres.connect()) {
            KeptTruth.record(connection, recorder);
        }
        Verdict verdict = KeptJudge.judge(KeptRecord.read(directory), groups.stream().map(KeptGroup::judged).toList());
        Figures.print("kept world: seed %d, %d s, %s, processes %d, faults %s, rows left in the log %d: %s", seed,
                time.toSeconds(), this,
                launched, faults, postgres.number("select count(*) from pgpubsub.message"), verdict.summary());
        if (verdict.violations().isEmpty() && atRest && !Boolean.getBoolean("kept.keep")) {
            delete();
        } else {
            keepLogs();
            System.out.println("record kept in " + directory + ": " + verdict);
        }
        if (!atRest) {
            throw new AssertionError("seed " + seed + " did not come to rest: " + lags() + "; " + verdict.counts());
        }
        return verdict;
    }

    // ---- faults

    private void suffer(long end) {
        while (System.nanoTime() < end) {
            if (random.nextInt(3) > 0) {
                // A JVM may start slowly beside others; without any the faults would hit nobody.
                long longest = Math.min(end, System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
                while (System.nanoTime() < longest && !places.stream().allMatch(Place::isPresent)) {
                    pass(20);
                }
            }
            pass(random.nextInt(1500));
            Fault fault = Fault.any(random);
            faults.merge(fault, 1, Integer::sum);
            happen(fault);
        }
    }

    private void happen(Fault fault) {
        switch (fault) {
            case KILL_ALL -> places.stream().filter(Place::isFree).forEach(each -> happen(Fault.KILL, each));
            case ALL_BACKENDS_ENDED -> places.stream().filter(Place::isFree).forEach(each -> happen(Fault.BACKENDS_ENDED, each));
            case SERVER_KILLED, SERVER_STOPPED -> restart(fault);
            default -> {
                List<Place> free = places.stream().filter(Place::isFree).toList();
                if (!free.isEmpty()) {
                    happen(fault, free.get(random.nextInt(free.size())));
                }
            }
        }
    }

    private void happen(Fault fault, Place place) {
        switch (fault) {
            case STOP -> {
                place.busy = true;
                recorder.happened(What.STOPPING, place.name, "");
                place.process.stop();
                awaitEnd(place, place.name, System.nanoTime());
            }
            case KILL -> {
                recorder.happened(What.KILLED, place.name, "");
                place.process.kill();
                place.launchSoon();
            }
            case FREEZE -> {
                String frozen = place.name;
                place.busy = true;
                recorder.happened(What.FREEZING, frozen, "");
                place.process.freeze();
                later(100 + random.nextInt(6000), () -> {
                    place.process.thaw();
                    recorder.happened(What.THAWED, frozen, "");
                    place.busy = false;
                });
            }
            case CUT -> place.disturb("cut", random.nextInt(100), place.proxy::cut, () -> {});
            case RESET -> place.disturb("reset", random.nextInt(100), place.proxy::reset, () -> {});
            case STALL -> place.disturb("stalled", 100 + random.nextInt(6000), place.proxy::stall, place.proxy::resume);
            case REFUSE -> place.disturb("refused", 100 + random.nextInt(4000), () -> {
                place.proxy.refuse(true);
                place.proxy.reset();
            }, () -> place.proxy.refuse(false));
            case BACKENDS_ENDED -> place.disturb("ended", random.nextInt(100), () -> endBackends(place.name), () -> {});
            default -> throw new AssertionError(fault);
        }
    }

    /** One of the process's sessions, or all of them. */
    private void endBackends(String name) {
        List<Integer> backends = postgres.backends("%" + name + " %");
        List<Integer> chosen = backends.isEmpty() || random.nextInt(3) == 0 ? backends
                : List.of(backends.get(random.nextInt(backends.size())));
        chosen.forEach(pid -> postgres.strings("select pg_terminate_backend(?)", pid));
    }

    private void awaitEnd(Place place, String name, long since) {
        later(20, () -> {
            if (!place.process.isAlive()) {
                recorder.happened(What.STOPPED, name, "");
                place.launchSoon();
            } else if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(60)) {
                throw new AssertionError(name + " does not end: " + tail(place.process));
            } else {
                awaitEnd(place, name, since);
            }
        });
    }

    private void restart(Fault fault) {
        recorder.happened(What.DISTURBING, "*", fault.name());
        if (fault == Fault.SERVER_KILLED) {
            postgres.server().stopImmediately();
        } else {
            postgres.server().stop();
        }
        pass(random.nextInt(800));
        postgres.server().startAgain();
        recorder.happened(What.SETTLED, "*", fault.name());
    }

    private void later(int millis, Runnable what) {
        due.add(new Due(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), what));
    }

    /** Lets this time pass, and does what is due. */
    private void pass(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            while (!due.isEmpty() && due.peek().nanos() <= System.nanoTime()) {
                due.remove().what().run();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        } while (System.nanoTime() < end);
    }

    // ---- the end

    private void settle() {
        while (!due.isEmpty()) {
            pass(20);
        }
    }

    /** Waits as long as the groups come nearer. */
    private boolean awaitRest() {
        long least = Long.MAX_VALUE;
        long since = System.nanoTime();
        while (System.nanoTime() - since < REST.toNanos()) {
            long lag = postgres.number("select coalesce(sum(lag), 0) from pgpubsub.groups");
            if (lag == 0) {
                return true;
            } else if (lag < least) {
                least = lag;
                since = System.nanoTime();
            }
            pass(200);
        }
        return false;
    }

    private List<String> lags() {
        return postgres
                .strings("select grp || ' ' || lag || ' of ' || coalesce(leader, 'nobody') from pgpubsub.groups where lag > 0");
    }

    private void stopAll() {
        for (Place place : places) {
            recorder.happened(What.STOPPING, place.name, "");
            place.process.stop();
        }
        for (Place place : places) {
            place.process.awaitExit(Duration.ofSeconds(60));
            recorder.happened(What.STOPPED, place.name, "");
        }
    }

    private static String tail(JvmProcess process) {
        List<JvmProcess.Line> lines = process.lines();
        return lines.subList(Math.max(0, lines.size() - 30), lines.size()).stream().map(each -> each.at() + " " + each.text())
                .reduce("", (a, b) -> a + "\n" + b);
    }

    private void keepLogs() {
        for (JvmProcess each : all) {
            try {
                Files.write(directory.resolve(each.toString().split(" ")[0] + ".log"),
                        each.lines().stream().map(line -> line.at() + " " + line.text()).toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        recorder.close();
        places.forEach(Place::close);
        all.forEach(JvmProcess::close);
    }

    @Override
    public String toString() {
        return "members " + members + ", latency " + latency.toMillis() + " ms, " + perSecond + "/s, groups "
                + Arrays.toString(groups.stream().map(KeptGroup::text).toArray());
    }
}
