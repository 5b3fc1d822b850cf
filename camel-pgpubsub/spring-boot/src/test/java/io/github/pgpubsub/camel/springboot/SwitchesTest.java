package io.github.pgpubsub.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.PayloadFormat;
import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.PgPubSubConfiguration;
import org.apache.camel.Component;
import org.apache.camel.spi.ComponentCustomizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/** Which components the starter configures, and beside whom. */
class SwitchesTest {

    private static final String GROUP = "camel.component.pgpubsub.group=billing";

    @ParameterizedTest
    @ValueSource(strings = {"camel.component.enabled", "camel.component.pgpubsub.enabled",
        "camel.component.customizer.enabled", "camel.component.pgpubsub.customizer.enabled"})
    void itCanBeSwitchedOff(String property) {
        assertThat(configured(Application.with(), GROUP, property + "=false").getGroup()).isEqualTo("default");
    }

    @Test
    void theNearerSwitchCounts() {
        assertThat(configured(Application.with(), GROUP,
                "camel.component.enabled=false", "camel.component.pgpubsub.enabled=true",
                "camel.component.customizer.enabled=false", "camel.component.pgpubsub.customizer.enabled=true")
                .getGroup()).isEqualTo("billing");
    }

    static class Beans {
        @Bean("pgpubsub-component")
        Component mine() {
            return new PgPubSubComponent();
        }

        @Bean
        ComponentCustomizer json() {
            return ComponentCustomizer.builder(PgPubSubComponent.class)
                    .build(component -> component.getConfiguration().setPayloadFormat(PayloadFormat.json));
        }
    }

    @Test
    void aComponentThatIsABeanAndACustomizerOfTheApplication() {
        assertThat(configured(Application.with(Beans.class), GROUP))
                .returns("billing", PgPubSubConfiguration::getGroup)
                .returns(PayloadFormat.json, PgPubSubConfiguration::getPayloadFormat);
    }

    private static PgPubSubConfiguration configured(SpringApplicationBuilder builder, String... properties) {
        try (Application application = Application.start(builder, properties)) {
            return application.component().getConfiguration();
        }
    }
}
