package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.kept.StoredPayloadMissingException;
import io.github.pgpubsub.support.PostgresExtension;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** With oversize=store a plain channel takes payloads of any size, and a route does not notice. */
class OversizeTest {

    private static final String LONG = "é".repeat(50_000);
    private static final String STORED = "select count(*) from pgpubsub.message where channel = 'pgpubsub/stored'";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Inbox inbox = new Inbox();
    private CamelWithPostgres camel;

    @BeforeEach
    void create() {
        camel = new CamelWithPostgres(postgres);
    }

    @AfterEach
    void stop() {
        camel.close();
    }

    private void awaitBodies(Object... bodies) {
        // Not as an assertion about the bodies, which would be printed.
        Inbox.await(() -> assertThat(inbox.bodies().equals(List.of(bodies))).as("these bodies have arrived").isTrue());
    }

    @Test
    void aLongBodyArrivesWholeBetweenShortOnes() throws Exception {
        camel.receive("pgpubsub:documents?oversize=store", inbox).start();
        camel.send("pgpubsub:documents?oversize=store", "1");
        camel.send("pgpubsub:documents?oversize=store", LONG);
        camel.send("pgpubsub:documents?oversize=store", LONG.getBytes(StandardCharsets.UTF_8));
        camel.send("pgpubsub:documents?oversize=store", "2");
        awaitBodies("1", LONG, LONG, "2");
        assertThat(inbox.messages().get(1).getHeader(PgPubSubConstants.MESSAGE_ID, String.class)).isNotEmpty();
    }

    @Test
    void itIsAnOptionOfTheComponentTooAndGoesWithJson() throws Exception {
        camel.configuration().setOversize(Oversize.store);
        camel.configuration().setPayloadFormat(PayloadFormat.json);
        camel.receive("pgpubsub:json", inbox).start();
        List<String> list = List.of(LONG, LONG);
        camel.send("pgpubsub:json", Map.of("list", list));
        awaitBodies(Map.of("list", list));
    }

    @Test
    void itGoesThroughATransaction() throws Exception {
        PGSimpleDataSource dataSource = postgres.dataSource();
        camel.configuration().setDataSource(dataSource);
        camel.context().getRegistry().bind("required", new SpringTransactionPolicy(new DataSourceTransactionManager(dataSource)));
        camel.receive("pgpubsub:transacted?oversize=store", inbox)
                .route(route -> route.from("direct:send").transacted("required")
                        .to("pgpubsub:transacted?oversize=store&transacted=true")
                        .process(exchange -> {
                            if (exchange.getMessage().getHeader("fails", false, boolean.class)) {
                                throw new IllegalStateException("to be rolled back");
                            }
                        }))
                .start();
        long before = postgres.number(STORED);
        assertThatThrownBy(() -> camel.template().sendBodyAndHeader("direct:send", LONG, "fails", true))
                .hasStackTraceContaining("to be rolled back");
        assertThat(postgres.number(STORED)).isEqualTo(before);
        camel.send("direct:send", LONG);
        camel.send("direct:send", "short");
        awaitBodies(LONG, "short");
        assertThat(postgres.number(STORED)).isEqualTo(before + 1);
    }

    @Test
    void aMissingPayloadFailsItsExchange() throws Exception {
        RecordedFailures failures = new RecordedFailures();
        CountDownLatch begin = new CountDownLatch(1);
        camel.context().getRegistry().bind("failures", failures);
        camel.route(route -> route.from("pgpubsub:missing?oversize=store&exceptionHandler=#failures")
                .process(exchange -> begin.await()).process(inbox)).start();
        camel.send("pgpubsub:missing?oversize=store", "1");
        camel.send("pgpubsub:missing?oversize=store", LONG);
        camel.send("pgpubsub:missing?oversize=store", "2");
        postgres.execute("delete from pgpubsub.message");
        begin.countDown();
        awaitBodies("1", "2");
        assertThat(failures.all()).singleElement().isInstanceOf(StoredPayloadMissingException.class);
        assertThat(failures.exchanges()).hasSize(1);
    }

    /** Whose text it is can't be known without the log. */
    @Test
    void aConsumerWithoutTheOptionGetsTheReference() throws Exception {
        camel.receive("pgpubsub:reference", inbox).start();
        camel.send("pgpubsub:reference?oversize=store", LONG);
        Inbox.await(() -> assertThat(inbox.bodies()).singleElement().asString().startsWith("pgpubsub/stored/"));
    }

    @Test
    void maxPayloadIsTheLimit() {
        camel.start();
        assertThatThrownBy(() -> camel.send("pgpubsub:limit?oversize=store&maxPayload=9000", "x".repeat(9001)))
                .rootCause().hasMessage("The payload has 9001 bytes; the option maxPayload allows 9000");
        camel.send("pgpubsub:limit?oversize=store&maxPayload=9000", "x".repeat(9000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "durable=true&oversize=store | The option oversize is for plain channels",
        "logSchema=here              | The option logSchema needs durable=true, oversize=store or watchTable",
        "maxPayload=9000             | The option maxPayload needs durable=true or oversize=store"})
    void optionsThatDoNotGoTogetherAreRefused(String options, String said) {
        camel.start();
        assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:refused?" + options))
                .isInstanceOf(ResolveEndpointFailedException.class).hasStackTraceContaining(said);
    }

    @Test
    void aStartSaysThatTheLogIsMissing() {
        camel.start();
        assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:absent?oversize=store&logSchema=absent&createLog=false")
                .createProducer().start()).hasStackTraceContaining("pgpubsub-1.sql");
        assertThatThrownBy(() -> camel.receive("pgpubsub:absent?oversize=store&logSchema=absent&createLog=false", inbox))
                .hasStackTraceContaining("pgpubsub-1.sql");
    }
}
