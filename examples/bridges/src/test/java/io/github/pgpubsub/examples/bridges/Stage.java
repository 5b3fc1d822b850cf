package io.github.pgpubsub.examples.bridges;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import io.github.pgpubsub.support.JvmProcess;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionTimeoutException;

/** PostgreSQL, the brokers and the witness, in this process; the application is a process of its own, which can be killed. */
final class Stage implements AutoCloseable {

    private static final Duration LONG = Duration.ofMinutes(4);

    private final String routes;
    private final Path folder;
    private final Path histories;
    private final Seat seat;
    private final Brokers brokers;
    private final Connection connection;
    private final Witness witness;
    private final Outages outages = new Outages();
    private final List<String> story = new ArrayList<>();
    private JvmProcess application;
    private int processes;
    private long sent;

    Stage(String routes, Path folder) throws Exception {
        this.routes = routes;
        this.folder = folder;
        histories = Files.createDirectories(Path.of("target", "histories", routes));
        seat = new SharedServer("bridges", folder, line -> {}).join();
        brokers = Brokers.start(Files.createDirectories(folder.resolve("brokers")));
        connection = DriverManager.getConnection(seat.url());
        try (InputStream schema = Stage.class.getResourceAsStream("/schema.sql");
                Statement statement = connection.createStatement()) {
            statement.execute(new String(schema.readAllBytes(), UTF_8));
        }
        witness = new Witness(isKept(), seat.url(), brokers);
    }

    Brokers brokers() {
        return brokers;
    }

    private boolean isKept() {
        return routes.equals("kept");
    }

    /** Starts the application; returns when no order can be missed, or at once if it was there before. */
    void start() {
        processes++;
        tell("the application starts");
        application = JvmProcess.start("bridges-" + processes, Application.class, List.of("-Xmx384m"), List.of(routes, seat.url(),
                brokers.kafka().address(), brokers.jms().address(), brokers.mqtt().address()));
        if (processes == 1) {
            await().atMost(LONG).failFast(() -> assertThat(application.isAlive()).isTrue())
                    .until(() -> isKept() ? hasTrigger() : witness.allHaveGaps(1));
        }
    }

    /** Waits until the bridges of the last process listen: each process tells a gap when it begins. What is kept needs no listener. */
    void awaitListening() {
        if (!isKept()) {
            await().atMost(LONG).until(() -> witness.allHaveGaps(processes));
        }
    }

    private boolean hasTrigger() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select 1 from pg_trigger where tgrelid = 'camel_bridges_example.orders'::regclass")) {
            return row.next();
        }
    }

    void kill() {
        tell("the application is killed");
        application.kill();
    }

    /** Writes orders up to this number, at this pace. */
    void write(long last, int perSecond) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into camel_bridges_example.orders (item, quantity) values ('tea', 1) returning id")) {
            long begun = System.nanoTime();
            for (long n = 0; sent < last; n++) {
                LockSupport.parkNanos(begun + n * TimeUnit.SECONDS.toNanos(1) / perSecond - System.nanoTime());
                try (ResultSet row = insert.executeQuery()) {
                    row.next();
                    sent++;
                    assertThat(row.getLong(1)).isEqualTo(sent);
                }
            }
        }
    }

    interface Writing {
        void write() throws Exception;
    }

    /** Stops a broker, lets the test write, and starts it again. */
    void without(Broker broker, Writing writing) throws Exception {
        long from = System.currentTimeMillis();
        tell(broker.name() + " stops");
        broker.stop();
        writing.write();
        broker.start();
        tell(broker.name() + " runs");
        outages.add(from, System.currentTimeMillis());
    }

    /** Waits until the last order has arrived everywhere, and judges what arrived. */
    void judge() throws Exception {
        judge(isKept());
    }

    /** The same, and nothing may be lost, told or not. */
    void judgeAllArrived() throws Exception {
        judge(true);
    }

    private void judge(boolean all) throws Exception {
        try {
            await().atMost(LONG).pollInterval(Duration.ofMillis(200)).until(() -> witness.allHave(sent));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("The last order, " + sent + ", has not arrived everywhere: " + witness.progress() + "\n"
                    + application.lines(), e);
        } finally {
            witness.all();
            witness.write(histories);
            Files.write(histories.resolve("story.txt"), story);
        }
        List<String> violations = new ArrayList<>();
        witness.all().forEach((place, arrivals) -> {
            Judge.Verdict verdict = Judge.judge(place, arrivals, sent, all, witness.hasHeaders(place),
                    !place.equals(Witness.MQTT), outages);
            tell(verdict.figures());
            violations.addAll(verdict.violations());
        });
        Files.write(histories.resolve("story.txt"), story);
        assertThat(violations).as(String.join("\n", story)).isEmpty();
    }

    private void tell(String line) {
        String told = System.currentTimeMillis() + " order " + sent + ": " + line;
        story.add(told);
        System.out.println(told);
    }

    @Override
    public void close() throws Exception {
        if (application != null) {
            application.close();
        }
        witness.close();
        brokers.close();
        connection.close();
        seat.close();
        awaitNoServer(folder);
    }

    /** Until then the folder must not be deleted. */
    static void awaitNoServer(Path folder) {
        await().atMost(LONG).until(new SharedServer("bridges", folder, line -> {})::hasStopped);
    }
}
