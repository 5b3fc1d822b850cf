package io.github.pgpubsub.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.connect.DataSourceConnectionSource;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.assertj.core.api.AbstractThrowableAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pool has no connection to give, or takes one back: the error says what is wrong with the pool. */
@Tag("long")
class ExhaustedPoolsIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Also the maximum time for an answer of the server. */
    private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);
    private static final MessageHandler NOTHING = message -> {};

    @ParameterizedTest
    @EnumSource
    void aPoolThatHasNoneLeftIsTooSmall(Pool kind) throws Exception {
        try (Pool.Opened pool = kind.open(postgres, postgres.url(), 1); Connection only = pool.dataSource().getConnection()) {
            assertThatThrownBy(() -> new DataSourceConnectionSource(pool.dataSource()).open()).isInstanceOf(SQLException.class)
                    .hasMessageEndingWith("Listening and publishing keep a connection each, so the pool must be larger by those");
            assertThat(only.isValid(5)).isTrue();
        }
    }

    /** The pool has room, but the server is gone. */
    @ParameterizedTest
    @EnumSource
    void aPoolWhoseServerIsDownIsNotTooSmall(Pool kind) throws Exception {
        try (Proxy proxy = new Proxy(postgres.server());
                Pool.Opened pool = kind.open(postgres,
                        "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database(), 2)) {
            if (pool.dataSource() instanceof HikariDataSource hikari) {
                hikari.setMinimumIdle(0);
            } else if (pool.dataSource() instanceof ComboPooledDataSource c3p0) {
                c3p0.setAcquireIncrement(1);
            }
            try (Connection first = pool.dataSource().getConnection()) {
                proxy.refuse(true);
                assertThat(first.isValid(5)).isTrue();
                AbstractThrowableAssert<?, ?> failure = assertThatThrownBy(
                        () -> new DataSourceConnectionSource(pool.dataSource()).open());
                if (kind == Pool.C3P0) {
                    // The pool's exception does not give the reason, so the message names both.
                    failure.hasMessageContaining("If the server is within reach, then: Listening and publishing");
                } else {
                    failure.hasMessageContaining("refused").hasMessageNotContaining("larger");
                }
            }
        }
    }

    /** The pool takes a kept connection for a leak. */
    @Test
    void aPoolThatClosesWhatIsInUseIsNamed() throws Exception {
        try (LoggedLines logged = LoggedLines.capture();
                Pool.Opened pool = Pool.TOMCAT.open(postgres, postgres.url(), 1);
                PgPubSub pubSub = PgPubSub.to(new DataSourceConnectionSource(pool.dataSource()))
                        .heartbeat(Duration.ofSeconds(5), HEARTBEAT_TIMEOUT).build()) {
            removeAbandoned(pool.dataSource(), 1);
            try (Subscription all = pubSub.subscribe(SubscriptionOptions.to("a").singleListener(false).build(), NOTHING)) {
                Inbox.await(() -> assertThat(logged.lines()).anyMatch(
                        line -> line.startsWith("WARN") && line.contains("The pool has closed a connection")
                                && line.contains("removeAbandoned")));
            }
        }
    }

    @Test
    void aPoolThatSeesThatItIsInUseKeepsIt() throws Exception {
        try (Pool.Opened pool = Pool.TOMCAT.open(postgres, postgres.url(), 1);
                PgPubSub pubSub = PgPubSub.to(new DataSourceConnectionSource(pool.dataSource()))
                        .heartbeat(Duration.ofMillis(500), HEARTBEAT_TIMEOUT).build()) {
            int abandonedAfter = 5;
            removeAbandoned(pool.dataSource(), abandonedAfter);
            ((org.apache.tomcat.jdbc.pool.DataSource) pool.dataSource()).setJdbcInterceptors("ResetAbandonedTimer");
            try (Subscription all = pubSub.subscribe(
                    SubscriptionOptions.to("a").singleListener(false).build(), NOTHING)) {
                Inbox.await(() -> assertThat(all.isReceiving()).isTrue());
                // Long enough for the pool to close a connection twice.
                Awaitility.await().during(Duration.ofSeconds(2 * abandonedAfter + 2)).atMost(Duration.ofSeconds(60)).until(
                        () -> all.isReceiving() && all.status().session().reconnects() == 0);
            }
        }
    }

    private static void removeAbandoned(DataSource pool, int seconds) {
        org.apache.tomcat.jdbc.pool.DataSource tomcat = (org.apache.tomcat.jdbc.pool.DataSource) pool;
        tomcat.setRemoveAbandoned(true);
        tomcat.setRemoveAbandonedTimeout(seconds);
        tomcat.setTimeBetweenEvictionRunsMillis(1000);
    }
}
