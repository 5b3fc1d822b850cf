package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What an endpoint says about itself and about options that it does not have. Needs no server. */
class OptionErrorsTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    // ---- names

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "grup=a                             | [grup]. Did you mean group?",
        "singleListner=false                | [singleListner]. Did you mean singleListener?",
        "durabel=true                       | [durabel]. Did you mean durable?",
        "heartbeatIntervall=1s              | [heartbeatIntervall]. Did you mean heartbeatInterval?",
        "payload_format=json                | [payload_format]. Did you mean payloadFormat?",
        "startform=now                      | [startform]. Did you mean startFrom?",
        "exceptionHandlr=#a                 | [exceptionHandlr]. Did you mean exceptionHandler?"})
    void aMisspeltOptionNamesTheNearest(String options, String said) {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?" + options)).isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContaining(
                        "There are 1 parameters that couldn't be set on the endpoint. Check the uri if the parameters are"
                                + " spelt correctly and that they are properties of the endpoint. Unknown parameters=" + said);
    }

    @Test
    void severalAreNamedTogether() {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?grup=a&filterd=true"))
                .hasMessageContaining("There are 2 parameters").hasMessageContaining("Did you mean filtered, group?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x=1", "completelyDifferent=1", "topic=a"})
    void nothingIsSuggestedWhereNothingIsNear(String options) {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?" + options)).hasMessageContaining("Unknown parameters=")
                .hasMessageNotContaining("Did you mean");
    }

    // ---- values

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "payloadFormat=jsn                  | The option payloadFormat is jsn; it must be one of text, json, cloudevents",
        "payload-format=jsn                 | The option payloadFormat is jsn; it must be one of text, json, cloudevents",
        "overflow=drop                      | The option overflow is drop; it must be one of block, dropOldest, dropNewest",
        "gapMarker=sometimes                | The option gapMarker is sometimes; it must be one of never, reconnect, always",
        "oversize=keep                      | The option oversize is keep; it must be one of fail, store",
        "durable=true&ackMode=auto          | The option ackMode is auto; it must be one of batch, message, transaction, manual",
        "durable=true&onError=stop          | The option onError is stop; it must be one of skip, retry, park"})
    void anUnknownValueListsTheValues(String options, String said) {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?" + options)).isInstanceOf(ResolveEndpointFailedException.class)
                .hasStackTraceContaining(said);
    }

    @Test
    void soDoesTheComponent() {
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub.payload-format", "yaml");
        try {
            assertThatThrownBy(main::start)
                    .hasStackTraceContaining("is yaml; it must be one of text, json, cloudevents");
        } finally {
            main.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"payloadFormat=JSON", "overflow=DropOldest", "payload-format=json", "gapMarker=Always"})
    void valuesAreWrittenAsEverywhereInCamel(String options) {
        assertThat(context.getEndpoint("pgpubsub:a?" + options)).isNotNull();
    }

    // ---- where the database is

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "jdbc:postgresql://db:6432/app?user=camel&password=secret            | db:6432/app",
        "jdbc:postgresql://one,two:5433/app?targetServerType=primary         | one:5432,two:5433/app",
        "postgres://camel:secret@db/app                                      | db:5432/app"})
    void theServiceLocationHasNoSecret(String url, String said) {
        PgPubSubEndpoint endpoint = endpoint();
        endpoint.getConfiguration().setUrl(url);

        assertThat(endpoint.getServiceUrl()).isEqualTo(said);
        assertThat(endpoint.getServiceProtocol()).isEqualTo("postgresql");
        assertThat(endpoint.getServiceMetadata()).isNull();
    }

    @Test
    void aDataSourceTellsItsUrl() {
        PGSimpleDataSource simple = new PGSimpleDataSource();
        simple.setUrl("jdbc:postgresql://db:6432/app?password=secret");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://pooled:6432/app?password=secret");
        config.setInitializationFailTimeout(-1);
        PgPubSubEndpoint endpoint = endpoint();
        assertThat(endpoint.getServiceUrl()).isNull();

        context.getRegistry().bind("database", simple);
        assertThat(endpoint.getServiceUrl()).isEqualTo("db:6432/app");
        try (HikariDataSource pool = new HikariDataSource(config)) {
            endpoint.getConfiguration().setDataSource(pool);
            assertThat(endpoint.getServiceUrl()).isEqualTo("pooled:6432/app");
        }
    }

    private PgPubSubEndpoint endpoint() {
        return context.getEndpoint("pgpubsub:located", PgPubSubEndpoint.class);
    }

    // ---- the catalogue

    @Test
    void theCatalogueSaysThatSendingIsAsynchronous() throws Exception {
        try (var json = getClass().getResourceAsStream("/META-INF/io/github/pgpubsub/camel/pgpubsub.json")) {
            assertThat(new String(json.readAllBytes(), StandardCharsets.UTF_8)).contains("\"async\": true");
        }
    }
}
