package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Every block of docs/spring-boot.md is run in an application, on top of {@code spring.datasource}. */
class SpringBootSnippetsTest {

    private static final String DATABASE_OF_THE_PAGE = "localhost:5432/app";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    static Path folder;

    @EnableAutoConfiguration
    static class Application {}

    @BeforeAll
    static void theUserOfThePage() {
        postgres.createRole("camel", "secret");
    }

    @TestFactory
    Stream<DynamicTest> everySnippetRuns() {
        return Snippet.of(Pages.ROOT.resolve("docs/spring-boot.md")).stream()
                .filter(snippet -> !snippet.isListing() && !snippet.language().isEmpty()).map(snippet -> DynamicTest.dynamicTest(
                        snippet.toString(), snippet.page().toUri(),
                        () -> assertThatCode(() -> run(snippet)).doesNotThrowAnyException()));
    }

    private static void run(Snippet snippet) throws Exception {
        switch (snippet.language()) {
            case "xml" -> assertThat(snippet.text()).startsWith("<dependency>"); // SpringBootPageTest reads them
            case "properties" -> start(properties(snippet.text()), route());
            case "java" -> start(Map.of(),
                    JavaSnippet.compile(RouteBuilder.class, snippet.text(), Files.createTempDirectory(folder, "snippet")));
            case "yaml" -> start(Map.of("camel.main.routes-include-pattern", "file:" + Files.writeString(
                    folder.resolve("snippet.yaml"), snippet.text())), null);
            default -> throw new IllegalArgumentException(snippet.language());
        }
    }

    private static Map<String, Object> properties(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(ofThisTest(text)));
        Map<String, Object> all = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> all.put(name, properties.getProperty(name)));
        return all;
    }

    private static String ofThisTest(String text) {
        return text.replace(DATABASE_OF_THE_PAGE,
                postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database());
    }

    private static RoutesBuilder route() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("pgpubsub:HelloChannel").to("log:hello");
            }
        };
    }

    private static void start(Map<String, Object> properties, RoutesBuilder routes) {
        Map<String, Object> all = new HashMap<>(Map.of("logging.level.root", "warn"));
        all.put("spring.datasource.url", ofThisTest("jdbc:postgresql://" + DATABASE_OF_THE_PAGE));
        all.put("spring.datasource.username", "camel");
        all.put("spring.datasource.password", "secret");
        all.putAll(properties);
        SpringApplicationBuilder application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE).bannerMode(Banner.Mode.OFF).properties(all);
        if (routes != null) {
            application.initializers(context -> context.getBeanFactory().registerSingleton("routes", routes));
        }
        try (ConfigurableApplicationContext running = application.run()) {
            CamelContext camel = running.getBean(CamelContext.class);
            assertThat(camel.getRoutes()).isNotEmpty().allSatisfy(
                    route -> assertThat(camel.getRouteController().getRouteStatus(route.getId()).isStarted()).isTrue());
            assertThat(postgres.backends("pgpubsub%")).isNotEmpty();
        }
    }
}
