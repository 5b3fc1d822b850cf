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
        "exceptionHandlr=#a                 | [exceptionHandlr]. Did you mean exceptionHandler?",
        "username=me                        | [username]. Did you mean user?",
        "pass=word                          | [pass]. Did you mean password?",
        "payload=json                       | [payload]. Did you mean payloadFormat?"})
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

    private void assertRefused(String options, String said) {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?" + options)).isInstanceOf(ResolveEndpointFailedException.class)
                .hasStackTraceContaining(said);
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
        assertRefused(options, said);
    }

    /** Camel takes a text that is no number for 0, which means never, none or at once. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "leaderTimeout=never                | The option leaderTimeout is never; it must be a duration",
        "leaderTimeout=abc                  | The option leaderTimeout is abc; it must be a duration",
        "leaderTimeout=-1s                  | The option leaderTimeout is -1s; it must be a duration",
        "heartbeatTimeout=1h30              | The option heartbeatTimeout is 1h30; it must be a duration",
        "heartbeat-interval=5 s             | The option heartbeatInterval is 5 s; it must be a duration",
        "HEARTBEATINTERVAL=5x               | The option heartbeatInterval is 5x; it must be a duration",
        "heartbeatInterval=1.5s             | The option heartbeatInterval is 1.5s; it must be a duration",
        "heartbeatInterval=s                | The option heartbeatInterval is s; it must be a duration",
        "heartbeatInterval=PT1              | The option heartbeatInterval is PT1; it must be a duration",
        "heartbeatInterval=5s1m             | The option heartbeatInterval is 5s1m; it must be a duration",
        "heartbeatInterval=99999999999999999999 | The option heartbeatInterval is 99999999999999999999; it must be a duration",
        "sendTimeout=soon                   | The option sendTimeout is soon; it must be a duration",
        "batching=true&batchTimeout=abc     | The option batchTimeout is abc; it must be a duration",
        "reconnectLimit=5x                  | The option reconnectLimit is 5x; it must be a whole number",
        "reconnectLimit=1.5                 | The option reconnectLimit is 1.5; it must be a whole number",
        "durable=true&onError=retry&retryLimit=abc | The option retryLimit is abc; it must be a whole number",
        "standbyBuffer=5s                   | The option standbyBuffer is 5s; it must be a whole number",
        "queueSize=99999999999              | The option queueSize is 99999999999; it must be a whole number, at most 2147483647",
        "maxBufferedBytes=64m               | The option maxBufferedBytes is 64m; it must be a whole number",
        "durable=true&shards=abc            | The option shards is abc; it must be a whole number",
        "concurrentConsumers=two            | The option concurrentConsumers is two; it must be a whole number"})
    void aValueThatIsNoNumberAndNoDurationIsNot0(String options, String said) {
        assertRefused(options, said);
    }

    @ParameterizedTest
    @CsvSource({"5000, 5000", "5s, 5000", "1m30s, 90000", "1h, 3600000", "1m5ms, 60005", "250ms, 250", "1h1m1s1ms, 3661001",
        "PT5S, 5000"})
    void durationsAreWrittenAsEverywhereInCamel(String written, long millis) {
        assertThat(context.getEndpoint("pgpubsub:a?heartbeatInterval=" + written, PgPubSubEndpoint.class).getConfiguration()
                .getHeartbeatInterval()).isEqualTo(millis);
    }

    @Test
    void aReferenceIsNoNumber() {
        context.getRegistry().bind("many", 7);

        assertThat(context.getEndpoint("pgpubsub:a?queueSize=#many", PgPubSubEndpoint.class).getConfiguration().getQueueSize())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "payload-format   | yaml  | is yaml; it must be one of text, json, cloudevents",
        "shards           | abc   | is abc; it must be a whole number",
        "leader-timeout   | never | is never; it must be a duration",
        "retention        | long  | is long; it must be a duration",
        "durabel          | true  | has no option durabel. Did you mean durable?",
        "singleListner    | true  | has no option singleListner. Did you mean singleListener?",
        "username         | me    | has no option username. Did you mean user?"})
    void soDoesTheComponent(String option, String value, String said) {
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub." + option, value);
        try {
            assertThatThrownBy(main::start).hasStackTraceContaining(said);
        } finally {
            main.shutdown();
        }
    }

    // ---- options without effect, however they are spelt

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "retryLimit=3       | The option retryLimit needs durable=true",
        "retrylimit=3       | The option retryLimit needs durable=true",
        "retry-limit=3      | The option retryLimit needs durable=true",
        "Shards=4           | The option shards needs durable=true",
        "start-from=now     | The option startFrom needs durable=true",
        "logschema=x        | The option logSchema needs durable=true",
        "batchsize=4        | The option batchSize needs batching=true",
        "watchoperations=insert | The option watchOperations needs watchTable",
        "payloadFormat=json&body-type=x.Y | The option bodyType names the class x.Y, which is not on the class path",
        "payloadFormat=json&bodytype=x.Y | The option bodyType names the class x.Y, which is not on the class path"})
    void anOptionThatNeedsAnotherOneSaysSo(String options, String said) {
        assertRefused(options, said);
    }

    @Test
    void aProducerWatchesNoTable() {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?watchTable=orders").createProducer())
                .hasMessage("The option watchTable is for consumers: a producer watches no table");
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
