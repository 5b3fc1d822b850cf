package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.support.JustUsed;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Packets vanish without an error: a broken cable, a firewall that forgot the connection, a vanished host. */
@Tag("long")
class HalfOpenIT {

    private static final int HEARTBEAT_MILLIS = 2000;
    /** Allowance for a loaded machine. */
    private static final Duration SLACK = Duration.ofSeconds(8);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(CommitLock.SETTINGS);

    /** New connections take another path than the existing ones. */
    private static final class Ways extends PGSimpleDataSource {

        private static final long serialVersionUID = 1L;

        Ways(Proxy first) {
            setUser(postgres.user());
            setPassword(postgres.password());
            take(first);
        }

        synchronized void take(Proxy proxy) {
            setUrl(Application.url(proxy, postgres));
        }

        @Override
        public synchronized Connection getConnection() throws SQLException {
            return super.getConnection();
        }
    }

    /** The member's own former session may still hold the lock, and is deposed like a frozen listener's. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anIdleConnectionIsFoundByItsHeartbeat(boolean singleListener) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Proxy first = new Proxy(postgres.server()); Proxy second = new Proxy(postgres.server())) {
            Ways ways = new Ways(first);
            try (Application application = heartbeats(application(ways).receive("in",
                    "pgpubsub:idle?leaderTimeout=1500&gapMarker=reconnect&singleListener=" + singleListener, arrivals)).start()) {
                soon(() -> assertThat(application.isReceiving("in")).isTrue());
                ways.take(second);
                first.stall();
                long begin = System.nanoTime();
                soon(() -> assertThat(application.isReceiving("in")).isFalse());
                long found = millisSince(begin);
                soon(() -> assertThat(application.isReceiving("in")).isTrue());
                long back = millisSince(begin);
                postgres.notify("idle", "there again");
                arrivals.awaitBodies("there again");
                Figures.print("idle connection whose packets vanish, singleListener=%b, heartbeat %d + %d ms: found after %d ms,"
                        + " receiving again after %d ms", singleListener, HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, found, back);
                assertThat(found).isLessThan(2 * HEARTBEAT_MILLIS + SLACK.toMillis());
                assertThat(arrivals.gaps()).hasSize(1);
            }
        }
    }

    /** The member has the leader's lock and still the standby's, so there is no standby that could depose it. */
    @Test
    void whoIsLostAmidATakeOverDoesNotBlockItsGroup() throws Exception {
        GroupKey key = new GroupKey("amid", "default");
        Arrivals arrivals = new Arrivals();
        try (Proxy first = new Proxy(postgres.server()); Proxy second = new Proxy(postgres.server())) {
            Ways ways = new Ways(first);
            try (Application application = heartbeats(application(ways)
                    .receive("in", "pgpubsub:amid?leaderTimeout=1500", arrivals))) {
                Thread start = new Thread(application::start);
                List<String> lost;
                long begin;
                // While nobody can notify, a take-over makes no progress.
                try (CommitLock held = CommitLock.take(postgres)) {
                    start.start();
                    soon(() -> assertThat(holders(key, Lock.LEADER)).hasSize(1).isEqualTo(holders(key, Lock.STANDBY)));
                    lost = holders(key, Lock.LEADER);
                    ways.take(second);
                    first.stall();
                    begin = System.nanoTime();
                }
                start.join();
                soon(() -> assertThat(holders(key, Lock.LEADER)).hasSize(1).isNotEqualTo(lost));
                soon(() -> assertThat(application.isReceiving("in")).isTrue());
                Figures.print("lost amid a take-over, leaderTimeout 1500 ms: receiving again after %d ms", millisSince(begin));
                postgres.notify("amid", "there again");
                arrivals.awaitBodies("there again");
            }
        }
    }

    private static List<String> holders(GroupKey key, Lock lock) {
        return postgres.strings("select pid from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
                + " and (classid::bigint << 32) | objid::bigint = ?", key.key(lock));
    }

    /** In the middle of a notification the driver waits without a timeout, so something else must end the wait. */
    @Test
    void halfANotificationIsNotWaitedForForEver() throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Valve valve = new Valve(postgres.server());
                LoggedLines log = LoggedLines.capture();
                Application application = heartbeats(new Application(postgres)
                        .receive("in", "pgpubsub:half?singleListener=false&gapMarker=reconnect", arrivals))) {
            application.configuration().setUrl(valve.url(postgres.database()));
            application.start();
            valve.closeWithinNextNotification();
            long begin = System.nanoTime();
            postgres.notify("half", "nobody gets all of this");
            soon(() -> assertThat(arrivals.gaps()).hasSize(1));
            Figures.print("half a notification and then silence, heartbeat %d + %d ms: listening again after %d ms",
                    HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, millisSince(begin));
            assertThat(millisSince(begin)).isLessThan(2 * HEARTBEAT_MILLIS + SLACK.toMillis());
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("The driver has not returned for " + 2 * HEARTBEAT_MILLIS + " ms"))
                    .anyMatch(line -> line.contains("Lost the connection") && line.contains("SocketException: "));
            postgres.notify("half", "and of this");
            arrivals.awaitBodies("and of this");
        }
    }

    @Test
    void aSendIntoTheVoidFailsInTimeAndLaterOnesSucceed() throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Proxy first = new Proxy(postgres.server()); Proxy second = new Proxy(postgres.server())) {
            Ways ways = new Ways(first);
            // The listener must be back before the publishing connection, which is given up after 10 s.
            try (Application application = heartbeats(application(ways)
                    .receive("in", "pgpubsub:void?singleListener=false", arrivals)).start()) {
                application.send("pgpubsub:void", "before");
                ways.take(second);
                JustUsed.by(() -> {
                    first.resume();
                    application.send("pgpubsub:void", "before");
                    first.stall();
                });
                long begin = System.nanoTime();
                assertThatThrownBy(() -> application.send("pgpubsub:void?sendTimeout=1s", "lost")).cause()
                        .isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("may have been sent or not");
                long told = millisSince(begin);
                application.send("pgpubsub:void?sendTimeout=20s", "after");
                Figures.print("a send whose packets vanish, sendTimeout 1000 ms: told after %d ms, the next one sent after %d ms",
                        told, millisSince(begin));
                assertThat(told).isBetween(990L, 8000L);
                soon(() -> assertThat(arrivals.bodies()).endsWith("after"));
            }
        }
    }

    /** A host whose programs hang: the kernel accepts connections, and nobody answers. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatTakesConnectionsAndSaysNothingHoldsNobodyUp(boolean singleListener) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Proxy proxy = new Proxy(postgres.server());
                Application application = new Application(postgres).through(proxy)
                        .receive("in", "pgpubsub:mute?singleListener=" + singleListener, arrivals)) {
            application.configuration().setUrl(Application.url(proxy, postgres) + "?connectTimeout=2&sslmode=disable");
            proxy.stall();
            long begin = System.nanoTime();
            application.start();
            long started = millisSince(begin);
            application.awaitHealth("in", HealthCheck.State.DOWN);

            soon(() -> assertThat(proxy.connections()).isPositive());
            begin = System.nanoTime();
            application.context().getRouteController().stopRoute("in");
            long stopped = millisSince(begin);

            application.context().getRouteController().startRoute("in");
            proxy.resume();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.send("pgpubsub:mute", "heard");
            arrivals.awaitBodies("heard");
            application.awaitHealth("in", HealthCheck.State.UP);
            Figures.print("a server that takes connections and says nothing, connectTimeout 2 s, singleListener=%b: started after"
                    + " %d ms, the route stopped within %d ms", singleListener, started, stopped);
            assertThat(started).isLessThan(10_000 + SLACK.toMillis());
            assertThat(stopped).isLessThan(5000);
        }
    }

    private static Application application(Ways ways) {
        Application application = new Application(postgres);
        application.configuration().setUrl(null);
        application.configuration().setDataSource(ways);
        return application;
    }

    private static Application heartbeats(Application application) {
        application.configuration().setHeartbeatInterval(HEARTBEAT_MILLIS);
        application.configuration().setHeartbeatTimeout(HEARTBEAT_MILLIS);
        return application;
    }

    private static long millisSince(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime).toMillis();
    }
}
