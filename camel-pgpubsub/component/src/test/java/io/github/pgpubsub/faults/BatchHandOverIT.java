package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.camel.CamelWithPostgres;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/**
 * Two contexts take turns while messages come all the time, so most stops are in the middle of a batch. What they have received
 * is one history: each message once, none marked, and in order.
 */
@Tag("long")
class BatchHandOverIT {

    private static final int STOPS = Integer.getInteger("batches.stops", 3);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> history = Collections.synchronizedList(new ArrayList<>());
    private final List<String> marked = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger batches = new AtomicInteger();

    private CamelWithPostgres start(boolean durable, String options) throws Exception {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        camel.configuration().setDurable(durable);
        camel.configuration().setAcquireInterval(50);
        DataSourceTransactionManager transactions = new DataSourceTransactionManager(postgres.dataSource());
        JdbcTemplate sql = new JdbcTemplate(transactions.getDataSource());
        camel.context().getRegistry().bind("pool", transactions.getDataSource());
        camel.context().getRegistry().bind("transactions", transactions);
        boolean transacted = options.contains("transaction");
        camel.route(route -> route.from("pgpubsub:turns?batching=true&batchSize=7&batchTimeout=30" + options).routeId("r")
                .process(exchange -> {
                    batches.incrementAndGet();
                    for (Object each : exchange.getMessage().getBody(List.class)) {
                        receive((Exchange) each, transacted ? sql : null);
                    }
                }));
        return camel.start();
    }

    private void receive(Exchange inner, JdbcTemplate sql) {
        String number = inner.getMessage().getBody(String.class);
        history.add(number);
        if (inner.getMessage().getHeader("CamelPgPubSubRedelivered") != null) {
            marked.add(number);
        }
        if (sql != null) {
            sql.update("insert into effect values (?)", number);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, ''", "true, ''", "true, &ackMode=message", "true, &ackMode=transaction"})
    void nothingIsLostOrRepeatedWhenStopsComeInTheMiddleOfBatches(boolean durable, String options) throws Exception {
        postgres.execute("drop table if exists effect; create table effect (payload text)");
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        CamelWithPostgres leader = start(durable, options);
        await().atMost(Duration.ofSeconds(30)).until(() -> leader.isReceiving("r"));
        Thread writer = new Thread(() -> send(durable, over, sent));
        writer.start();
        CamelWithPostgres current = leader;
        try {
            for (int i = 0; i < STOPS; i++) {
                CamelWithPostgres heir = start(durable, options);
                CamelWithPostgres stopping = current;
                if (!durable) {
                    // What is promised holds for a standby that has everything.
                    await().atMost(Duration.ofSeconds(30)).until(() -> stopping.isInStep("r"));
                }
                int seen = history.size();
                await().atMost(Duration.ofSeconds(30)).until(() -> history.size() > seen + 10);
                stopping.close();
                current = heir;
            }
            CamelWithPostgres last = current;
            await().atMost(Duration.ofSeconds(30)).until(() -> last.isReceiving("r"));
        } finally {
            over.set(true);
            writer.join();
            await().atMost(Duration.ofSeconds(30)).until(() -> history.size() >= sent.get());
            current.close();
        }
        System.out.printf("figures: durable %s %s, %d stops, %d messages in %d batches%n", durable, options, STOPS, sent.get(),
                batches.get());
        assertThat(history).isEqualTo(IntStream.range(0, sent.get()).mapToObj(String::valueOf).toList());
        assertThat(marked).isEmpty();
        if (options.contains("transaction")) {
            assertThat(postgres.strings("select payload from effect order by payload::int")).isEqualTo(history);
        }
    }

    private static void send(boolean durable, AtomicBoolean over, AtomicInteger sent) {
        String sql = durable ? "insert into pgpubsub.message (channel, payload) values ('turns', ?)"
                : "select pg_notify('turns', ?)";
        try (Connection connection = postgres.connect(); PreparedStatement send = connection.prepareStatement(sql)) {
            while (!over.get()) {
                send.setString(1, String.valueOf(sent.get()));
                send.execute();
                sent.incrementAndGet();
                // The rate of the messages. Nothing is expected of the time.
                Thread.sleep(2);
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
