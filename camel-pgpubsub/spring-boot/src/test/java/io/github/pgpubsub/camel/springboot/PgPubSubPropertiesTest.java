package io.github.pgpubsub.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.PgPubSubConfiguration;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** How properties are written, and what happens with those that can't be used. */
class PgPubSubPropertiesTest {

    @ParameterizedTest
    @ValueSource(strings = {"single-listener", "singleListener", "single_listener", "SINGLELISTENER"})
    void aNameCanBeWrittenInEachOfSpringsWays(String name) throws IOException {
        assertThat(configured(name, "false").isSingleListener()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1500, 1500", "250ms, 250", "5s, 5000", "1m30s, 90000", "PT5S, 5000"})
    void timesTakeDurations(String written, long millis) throws IOException {
        assertThat(configured("send-timeout", written).getSendTimeout()).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAMEL_COMPONENT_PGPUBSUB_QUEUESIZE", "CAMEL_COMPONENT_PGPUBSUB_QUEUE_SIZE"})
    void theSourceThatOverrulesOthersCounts(String variable) throws IOException {
        Map<String, Object> seven = Map.of("camel.component.pgpubsub.queue-size", "7");
        Map<String, Object> nine = Map.of("camel.component.pgpubsub.queueSize", "9");

        assertThat(configured(Map.of(), Map.of(variable, "8"), seven).getQueueSize()).isEqualTo(8);
        assertThat(configured(nine, Map.of(variable, "8"), seven).getQueueSize()).isEqualTo(9);
        assertThat(configured(nine, Map.of(variable, "8"), Map.of()).getQueueSize()).isEqualTo(9);
    }

    @Test
    void placeholdersAreSpringsAndAPasswordIsTakenAsItIs() throws IOException {
        PgPubSubConfiguration configuration = configured(Map.of(), Map.of("TEAM", "billing"),
                Map.of("camel.component.pgpubsub.group", "${TEAM}", "camel.component.pgpubsub.password", "#5%&+ x"));

        assertThat(configuration.getGroup()).isEqualTo("billing");
        assertThat(configuration.getPassword()).isEqualTo("#5%&+ x");
    }

    @ParameterizedTest
    @CsvSource({
        "queue-sise,      7,        has no option queuesise. Did you mean queueSize?",
        "topic,           7,        There is no property camel.component.pgpubsub.topic",
        "queue-size,      many,     The property camel.component.pgpubsub.queue-size can't be used",
        "queue-size,      0,        queueSize is 0; it must be at least 1",
        "send-timeout,    soon,     The property camel.component.pgpubsub.send-timeout can't be used",
        "single-listener, perhaps,  perhaps",
        "payload-format,  xml,      xml",
        "data-source,     #nowhere, nowhere",
    })
    void whatCantBeUsedIsNamed(String property, String value, String said) {
        assertThatThrownBy(() -> configured(property, value)).hasMessageStartingWith("The").hasMessageContaining(said);
    }

    private static PgPubSubConfiguration configured(String option, Object value) throws IOException {
        return configured(Map.of(), Map.of(), Map.of("camel.component.pgpubsub." + option, value));
    }

    /** The first overrules the others. */
    private static PgPubSubConfiguration configured(Map<String, Object> arguments, Map<String, Object> variables,
            Map<String, Object> file) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        MutablePropertySources sources = environment.getPropertySources();
        sources.addFirst(new MapPropertySource("arguments", arguments));
        sources.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        sources.addLast(new MapPropertySource("file", file));
        ConfigurationPropertySources.attach(environment);

        PgPubSubComponent component = new PgPubSubComponent();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.build();
            new PgPubSubProperties(context, environment).configure("pgpubsub", component);
        }
        return component.getConfiguration();
    }
}
