package io.github.pgpubsub.camel.springboot;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.apache.camel.spring.boot.util.ConditionalOnCamelContextAndAutoConfigurationBeans;
import org.apache.camel.spring.boot.util.ConditionalOnHierarchicalProperties;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Configures the component from the application's properties, unless {@code camel.component.pgpubsub.enabled} is false. */
@AutoConfiguration(after = CamelAutoConfiguration.class)
@Conditional(ConditionalOnCamelContextAndAutoConfigurationBeans.class)
@ConditionalOnHierarchicalProperties({"camel.component", PgPubSubProperties.PREFIX})
public class PgPubSubComponentAutoConfiguration {

    @Lazy
    @Bean
    public ComponentCustomizer configurePgPubSubComponent(CamelContext camelContext, Environment environment) {
        return new PgPubSubProperties(camelContext, environment);
    }
}
