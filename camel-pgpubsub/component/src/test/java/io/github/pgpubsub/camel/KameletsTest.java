package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The kamelets in the component's jar: their declarations, and a message through both. */
class KameletsTest {

    /** With characters that are special in URIs and placeholders. */
    private static final String PASSWORD = "p&ss w%41rd=#?";

    private static final String METADATA = "/META-INF/io/github/pgpubsub/camel/pgpubsub.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createRole() {
        postgres.createRole("kamelet", PASSWORD);
    }

    @Test
    void withUserAndPasswordOfTheirOwn() throws Exception {
        sendsAndReceives(Map.of("url", postgres.url(), "user", "kamelet", "password", PASSWORD));
    }

    @Test
    void withAUrlThatHasThem() throws Exception {
        sendsAndReceives(Map.of("url", postgres.libpqUri()));
    }

    @Test
    void withTheDatabaseOfTheComponent() throws Exception {
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub.url", postgres.url());
        main.addInitialProperty("camel.component.pgpubsub.user", "kamelet");
        main.addInitialProperty("camel.component.pgpubsub.password", PASSWORD);
        sendsAndReceives(main);
    }

    @Test
    void withTheDataSourceOfTheRegistry() throws Exception {
        Main main = new Main();
        main.bind("database", postgres.dataSource());
        sendsAndReceives(main);
    }

    private static void sendsAndReceives(Map<String, String> database) throws Exception {
        Main main = new Main();
        for (String kamelet : List.of("pgpubsub-source", "pgpubsub-sink")) {
            database.forEach((name, value) -> main.addInitialProperty("camel.kamelet." + kamelet + "." + name, value));
        }
        sendsAndReceives(main);
    }

    private static void sendsAndReceives(Main main) throws Exception {
        main.configure().withRoutesIncludePattern("classpath:routes/kamelets.yaml");
        try {
            main.start();
            CamelContext context = main.getCamelContext();
            Object order = new LinkedHashMap<>(Map.of("id", 1, "items", List.of("tea", "milk")));
            MockEndpoint received = context.getEndpoint("mock:received", MockEndpoint.class);
            received.setResultWaitTime(30_000);
            received.expectedBodiesReceived(order, "from SQL");

            context.createProducerTemplate().sendBody("direct:send", order);
            postgres.notify("new orders", "\"from SQL\"");

            received.assertIsSatisfied();
            assertThat(options(context)).hasSize(2)
                    .anySatisfy(source -> assertThat(source.isSingleListener()).isFalse())
                    .anySatisfy(sink -> assertThat(sink.getSendTimeout()).isEqualTo(5000));
            assertThat(context.getEndpoints()).noneMatch(endpoint -> endpoint.toString().contains("ss w"));
            // One listens, one sends. Those of the former test may take a moment to end.
            Inbox.await(() -> assertThat(postgres.backends("pgpubsub%")).hasSize(2));
        } finally {
            main.shutdown();
        }
    }

    private static List<PgPubSubConfiguration> options(CamelContext context) {
        return context.getEndpoints().stream()
                .filter(PgPubSubEndpoint.class::isInstance).map(PgPubSubEndpoint.class::cast)
                .map(PgPubSubEndpoint::getConfiguration).toList();
    }

    /**
     * Title, description, type, values, default and secrecy equal the option's, and the template passes on all declared
     * properties.
     */
    @ParameterizedTest
    @ValueSource(strings = {"source", "sink"})
    void everyPropertyIsAnOption(String kind) throws IOException {
        JsonNode kamelet = kamelet(kind);
        JsonNode options = JSON.readTree(getClass().getResource(METADATA)).get("properties");
        String side = kind.equals("source") ? "consumer" : "producer";
        Map<String, JsonNode> declared = fields(kamelet.at("/spec/definition/properties"));

        assertThat(declared).isNotEmpty().allSatisfy((name, property) -> {
            JsonNode option = options.path(name);
            assertThat(property.path("title")).isEqualTo(option.get("displayName"));
            assertThat(property.path("description")).isEqualTo(option.get("description"));
            assertThat(property.path("type").asText()).isEqualTo(type(option));
            assertThat(property.path("enum")).isEqualTo(option.path("enum"));
            assertThat(property.path("default").asText()).isEqualTo(option.path("defaultValue").asText());
            assertThat(property.path("format").asText().equals("password")).isEqualTo(option.get("secret").asBoolean());
            assertThat(option.get("label").asText().split(",")[0]).isIn("", "connection", side);
        });

        JsonNode endpoint = kamelet.at(kind.equals("source") ? "/spec/template/from" : "/spec/template/from/steps/0/to");
        assertThat(endpoint.get("uri").asText()).isEqualTo("pgpubsub:{{channel}}");
        // Camel's YAML DSL wraps secrets in RAW(), in which an optional placeholder without a value is not recognised.
        Map<String, String> handedOn = declared.keySet().stream().filter(name -> !name.equals("channel"))
                .collect(Collectors.toMap(name -> name,
                        name -> (options.get(name).get("secret").asBoolean() ? "{{" : "{{?") + name + "}}"));
        assertThat(endpoint.get("parameters")).isEqualTo(JSON.valueToTree(handedOn));
        assertThat(kamelet.at("/spec/definition/required")).map(JsonNode::asText).containsExactly("channel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "sink"})
    void theyNeedThisJar(String kind) throws IOException {
        JsonNode kamelet = kamelet(kind);
        JsonNode component = JSON.readTree(getClass().getResource(METADATA)).get("component");
        String jar = String.join(":", component.get("groupId").asText(), component.get("artifactId").asText(),
                component.get("version").asText());

        assertThat(kamelet.at("/metadata/name").asText()).isEqualTo("pgpubsub-" + kind);
        assertThat(kamelet.at("/metadata/labels").get("camel.apache.org/kamelet.type").asText()).isEqualTo(kind);
        assertThat(kamelet.at("/spec/dependencies")).map(JsonNode::asText).containsExactly("camel:kamelet", "mvn:" + jar);
    }

    private static String type(JsonNode option) {
        String type = option.path("type").asText();
        return type.equals("enum") || type.equals("duration") ? "string" : type;
    }

    private static JsonNode kamelet(String kind) throws IOException {
        try (InputStream file = KameletsTest.class.getResourceAsStream("/kamelets/pgpubsub-" + kind + ".kamelet.yaml")) {
            return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromInputStream(file));
        }
    }

    private static Map<String, JsonNode> fields(JsonNode node) {
        return node.properties().stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
