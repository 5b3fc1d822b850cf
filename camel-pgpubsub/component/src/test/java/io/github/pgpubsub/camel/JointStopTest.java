package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes that stop with their context, when the server is far away: {@link JointStop}. */
@Timeout(180)
class JointStopTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Duration ONE_WAY = Duration.ofMillis(50);
    private final Proxy link = new Proxy(postgres.server());

    @AfterEach
    void close() {
        link.close();
    }

    /** One after the other, plain routes took seven round trips each, and kept ones over thirty. */
    @ParameterizedTest
    @CsvSource({"singleListener=true, 50, 100", "durable=true, 20, 200"})
    void routesShareRoundTrips(String option, int routes, int roundTrips) throws Exception {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        camel.configuration().setUrl("jdbc:postgresql://" + link.host() + ":" + link.port() + "/" + postgres.database());
        Inbox inbox = new Inbox();
        for (int i = 0; i < routes; i++) {
            camel.receive("pgpubsub:c" + i + "?" + option, inbox);
        }
        camel.start();
        link.delay(ONE_WAY);
        long begin = System.nanoTime();

        camel.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isLessThan(ONE_WAY.multipliedBy(2L * roundTrips));
        Inbox.await(() -> assertThat(postgres.number("select count(*) from pg_locks where locktype = 'advisory'"
                + " and database = (select oid from pg_database where datname = current_database())")).isZero());
    }

    /** What a route still sends while it drains must find the other one, which began before it. */
    @Test
    void aRouteWithAnOrderListensUntilTheLaterOnesHaveLeft() throws Exception {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        Inbox inbox = new Inbox();
        List<String> passed = new CopyOnWriteArrayList<>();
        camel.route(route -> {
            route.from("pgpubsub:second").startupOrder(1).process(inbox);
            route.from("pgpubsub:first").startupOrder(2).delay(5).to("pgpubsub:second")
                    .process(exchange -> passed.add(exchange.getMessage().getBody(String.class)));
        }).start();
        postgres.strings("select count(pg_notify('first', i::text)) from generate_series(1, 100) i");
        Inbox.await(() -> assertThat(inbox.bodies()).isNotEmpty());

        camel.close();

        assertThat(passed).isNotEmpty();
        assertThat(inbox.bodies()).containsExactlyElementsOf(List.<Object>copyOf(passed));
    }
}
