package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.PlatformTransactionManager;

/** Options of kept channels that can't work are refused at start, each with its text. */
class KeptRefusalsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(strings = {"logSchema=other", "createLog=false", "startFrom=earliest", "ackMode=manual", "onError=park",
        "retryDelay=1s", "retryMaxDelay=2s", "retryLimit=3", "wakeUp=false", "pollInterval=2s", "maxPayload=100",
        "transactionManager=#manager", "headerFilterStrategy=#strategy"})
    void needsDurable(String option) {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.context().getRegistry().bind("manager", new Object());
            camel.context().getRegistry().bind("strategy", new PgPubSubHeaderFilterStrategy());
            assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:a?" + option))
                    .hasMessageContaining("The option " + option.replaceAll("=.*", "") + " needs durable=true");
            camel.context()
                    .getEndpoint("pgpubsub:a?durable=true&" + (option.startsWith("retry") ? "onError=retry&" : "") + option);
        }
    }

    @Test
    void onTheComponentTheyAreDefaultsOfThoseThatAreKept() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.configuration().setStartFrom("earliest");
            camel.configuration().setTransacted(true);
            camel.receive("pgpubsub:plain", new Inbox()).receive("pgpubsub:kept?durable=true", new Inbox()).start();
            assertThat(camel.context().getEndpoint("pgpubsub:kept?durable=true", PgPubSubEndpoint.class).getConfiguration()
                    .getStartFrom()).isEqualTo("earliest");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "startFrom=yesterday         | startFrom is yesterday; it must be now, earliest, a time with its offset",
        "startFrom=2026-01-31        | startFrom is 2026-01-31; it must be now",
        "ackMode=never               | never",
        "onError=ignore              | ignore",
        "retryDelay=0                | The option retryDelay is 0; it must be at least 1",
        "retryMaxDelay=25d           | The option retryMaxDelay is 2160000000; it must be at most 2073600000",
        "retryLimit=-2               | The option retryLimit is -2; it must be at least -1",
        "retryLimit=3                | The option retryLimit needs onError=retry",
        "onError=park&retryDelay=1s  | The option retryDelay needs onError=retry",
        "pollInterval=0              | The option pollInterval is 0; it must be at least 1",
        "maxPayload=0                | The option maxPayload is 0; it must be at least 1",
        "maxPayload=16777217         | The option maxPayload is 16777217; it must be at most 16777216",
        "transacted=true             | The option transacted is for producers. For a consumer with durable=true use ackMode=transaction",
        "overflow=dropOldest         | nothing is dropped, so the option overflow can't be dropOldest; it must be block",
        "ackMode=transaction&concurrentConsumers=2 | the option concurrentConsumers can't be 2; it must be 1",
        "ackMode=transaction         | The option ackMode=transaction needs the option dataSource",
        "bodyType=java.util.Map      | The option bodyType needs payloadFormat=json",
    })
    void aConsumerIsRefused(String options, String text) throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            assertThatThrownBy(() -> camel.receive("pgpubsub:a?durable=true&" + options, new Inbox()).start())
                    .satisfies(e -> assertThat(causes(e)).contains(text));
        }
    }

    private static String causes(Throwable failure) {
        StringBuilder all = new StringBuilder();
        Stream.iterate(failure, each -> each != null, Throwable::getCause)
                .forEach(each -> all.append(each.getMessage()).append('\n'));
        return all.toString();
    }

    @Test
    void aNameOfTheSchemaThatIsTooLongIsRefused() {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:a?durable=true&logSchema=" + "x".repeat(64)))
                    .satisfies(e -> assertThat(causes(e)).contains("The option logSchema has 64 bytes; it must have 1 to 63"));
        }
    }

    @Test
    void aTransactionManagerHasToBeFound() throws Exception {
        assertThatThrownBy(() -> transaction("", camel -> {}))
                .satisfies(e -> assertThat(causes(e))
                        .contains("The registry holds no transaction manager: ackMode=transaction needs the"
                                + " option transactionManager"));
        assertThatThrownBy(() -> transaction("", camel -> {
            camel.context().getRegistry().bind("one", manager());
            camel.context().getRegistry().bind("two", manager());
        })).satisfies(e -> assertThat(causes(e)).contains("The registry holds 2 transaction managers to choose from"));
        assertThatThrownBy(
                () -> transaction("&transactionManager=#one", camel -> camel.context().getRegistry().bind("one", "text")))
                .satisfies(e -> assertThat(causes(e)).contains("The option transactionManager is a java.lang.String; it must be a"
                        + " org.springframework.transaction.PlatformTransactionManager or a jakarta.transaction.TransactionManager"));
    }

    private interface Preparation {
        void prepare(CamelWithPostgres camel);
    }

    private static void transaction(String options, Preparation preparation) throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.context().getRegistry().bind("pool", postgres.dataSource());
            preparation.prepare(camel);
            camel.receive("pgpubsub:a?durable=true&ackMode=transaction" + options, new Inbox()).start();
        }
    }

    private static PlatformTransactionManager manager() {
        return (PlatformTransactionManager) Proxy.newProxyInstance(KeptRefusalsTest.class.getClassLoader(),
                new Class<?>[] {PlatformTransactionManager.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> null;
                });
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void aNameThatIsPlainAndKeptIsWarnedOf(boolean consumer, boolean producer) throws Exception {
        try (LoggedLines log = LoggedLines.capture(); CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.receive("pgpubsub:mixed?durable=" + consumer, new Inbox()).receive("pgpubsub:fine?durable=true", new Inbox())
                    .route(route -> route.from("direct:a").to("pgpubsub:mixed?durable=" + producer)
                            .to("pgpubsub:fine?durable=true"))
                    .start();
            assertThat(log.lines()).filteredOn(line -> line.contains("is used with durable=true and without")).singleElement()
                    .asString().contains("Channel mixed");
        }
    }

    @Test
    void pollingIsNoTransaction() {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).start()) {
            assertThatThrownBy(() -> camel.context().createConsumerTemplate()
                    .receiveBody("pgpubsub:a?durable=true&ackMode=transaction", 10L))
                    .satisfies(e -> assertThat(causes(e)).contains("ackMode=transaction is for routes"));
        }
    }

    @Test
    void withoutALogThatMayBeMadeTheStartSaysWhatIsMissing() {
        for (String use : new String[] {"from", "to", "transacted"}) {
            try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
                String uri = "pgpubsub:a?durable=true&createLog=false&logSchema=absent";
                camel.context().getRegistry().bind("pool", postgres.dataSource());
                assertThatThrownBy(() -> camel.route(route -> {
                    if (use.equals("from")) {
                        route.from(uri).process(new Inbox());
                    } else {
                        route.from("direct:a").to(uri + (use.equals("to") ? "" : "&transacted=true"));
                    }
                }).start()).as(use).satisfies(e -> assertThat(causes(e)).contains("There is no log of kept messages in schema",
                        "createLog=false", "pgpubsub-1.sql"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"retention", "groupExpiry", "retentionMax"})
    void timesOfTheComponentHaveALeast(String option) {
        try (CamelWithPostgres camel = new CamelWithPostgres()) {
            PgPubSubComponent component = camel.context().getComponent("pgpubsub", PgPubSubComponent.class);
            assertThatThrownBy(
                    () -> component.getComponentPropertyConfigurer().configure(camel.context(), component, option, "999ms", true))
                    .hasMessageContaining(
                            "The option " + option + " is 999; it must be " + (option.equals("retentionMax") ? "0 or " : "")
                                    + "at least 1000");
            assertThat(component.getComponentPropertyConfigurer().configure(camel.context(), component, option, "1h", true))
                    .isTrue();
        }
    }
}
