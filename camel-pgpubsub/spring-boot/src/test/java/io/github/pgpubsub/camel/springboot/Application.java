package io.github.pgpubsub.camel.springboot;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A Spring Boot application as users write it, with what auto-configuration finds. Closing it stops it. */
final class Application implements AutoCloseable {

    @EnableAutoConfiguration
    static class Main {}

    private final ConfigurableApplicationContext spring;

    private Application(ConfigurableApplicationContext spring) {
        this.spring = spring;
    }

    /** Spring's own DataSource comes with {@code spring.autoconfigure.exclude=}. */
    static SpringApplicationBuilder with(Class<?>... beans) {
        return new SpringApplicationBuilder(Main.class).sources(beans).web(WebApplicationType.NONE).bannerMode(Banner.Mode.OFF)
                .properties("spring.main.register-shutdown-hook=false", "logging.level.root=warn",
                        "spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName());
    }

    /** @param properties as on the command line, without the dashes */
    static Application start(SpringApplicationBuilder application, String... properties) {
        return new Application(application.run(Stream.of(properties).map("--"::concat).toArray(String[]::new)));
    }

    <T> T bean(Class<T> type) {
        return spring.getBean(type);
    }

    CamelContext camel() {
        return bean(CamelContext.class);
    }

    PgPubSubComponent component() {
        return camel().getComponent("pgpubsub", PgPubSubComponent.class);
    }

    @Override
    public void close() {
        spring.close();
    }
}
