package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every block of README.md and docs/*.md that is marked java, xml, yaml, properties or sql.
 *
 * <p>The database {@value #DATABASE_OF_THE_PAGES} of the pages, with user {@code camel} and password {@code secret}, stands for
 * this class's database. Routes whose endpoints name no database get it through the component.
 */
class SnippetsTest {

    private static final String DATABASE_OF_THE_PAGES = "localhost:5432/app";
    /** This page has a separate test, in the starter's module. */
    private static final Path SPRING_BOOT = Pages.ROOT.resolve("docs/spring-boot.md");
    /** The snippets of this page are parts of the routes of examples/bridges, which checks that they are. */
    private static final Path BRIDGES = Pages.ROOT.resolve("docs/bridges.md");
    /** The SQL of this page needs a log, and has a separate test in the engine. */
    private static final Path KEPT_MESSAGES = Pages.ROOT.resolve("docs/kept-messages.md");
    /** This page's snippets are complete programs. */
    private static final Path WITHOUT_CAMEL = Pages.ROOT.resolve("docs/java.md");
    private static final Set<String> LANGUAGES = Set.of("java", "xml", "yaml", "properties", "sql");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    static Path classes;

    @BeforeAll
    static void theUserOfThePages() throws SQLException {
        postgres.createRole("camel", "secret");
        // It makes the log of kept messages.
        postgres.execute("grant create on database " + postgres.database() + " to camel");
        try (PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(postgres.url(), "camel", "secret")).build()) {
            pubSub.kept().prepareInserting();
        }
    }

    @TestFactory
    Stream<DynamicTest> everySnippetRuns() {
        return snippets().map(snippet -> DynamicTest.dynamicTest(snippet.toString(), snippet.page().toUri(),
                () -> assertThatCode(() -> run(snippet)).as(snippet.toString()).doesNotThrowAnyException()));
    }

    @Test
    void thereAreSomeOfEachKind() {
        assertThat(snippets().map(Snippet::language)).containsAll(LANGUAGES);
    }

    private static Stream<Snippet> snippets() {
        return Pages.all().stream().filter(page -> !page.equals(SPRING_BOOT) && !page.equals(BRIDGES))
                .flatMap(page -> Snippet.of(page).stream()).filter(snippet -> LANGUAGES.contains(snippet.language()))
                .filter(snippet -> !(snippet.page().equals(KEPT_MESSAGES) && snippet.language().equals("sql")));
    }

    private static void run(Snippet snippet) throws Exception {
        String text = snippet.text().replace(DATABASE_OF_THE_PAGES,
                postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database());
        // The pages' tables belong to the user of the pages, who has them watched.
        postgres.execute("alter table if exists orders owner to camel");
        switch (snippet.language()) {
            case "java" -> runJava(text, snippet.page().equals(WITHOUT_CAMEL));
            case "xml" -> runXml(text);
            case "yaml" -> runRoutes(context -> load(context, "snippet.yaml", text));
            case "properties" -> runProperties(text);
            case "sql" -> postgres.execute(text);
            default -> throw new IllegalArgumentException(snippet.language());
        }
    }

    private static void runJava(String text, boolean isProgram) throws Exception {
        Path folder = Files.createTempDirectory(classes, "snippet");
        if (isProgram) {
            JavaSnippet.program(text, folder).call();
        } else {
            runRoutes(context -> JavaSnippet.compile(RouteBuilder.class, text, folder));
        }
    }

    private static void runXml(String text) throws Exception {
        if (text.startsWith("<dependency>")) {
            assertThat(text).contains("<groupId>io.github.pgpubsub</groupId>", "pgpubsub</artifactId>",
                    "<version>" + Pages.projectVersion() + "</version>");
            if (text.contains("<groupId>org.apache.camel</groupId>")) {
                assertThat(text).contains("<version>" + new DefaultCamelContext().getVersion() + "</version>");
            }
        } else {
            runRoutes(context -> load(context, "snippet.xml", text));
        }
    }

    private static RoutesBuilder load(CamelContext context, String name, String text) throws Exception {
        return PluginHelper.getRoutesLoader(context).findRoutesBuilders(ResourceHelper.fromString(name, text)).iterator().next();
    }

    private interface RoutesSource {
        RoutesBuilder routes(CamelContext context) throws Exception;
    }

    private static void runRoutes(RoutesSource source) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PgPubSubComponent component = new PgPubSubComponent();
            component.getConfiguration().setUrl(postgres.libpqUri());
            context.addComponent("pgpubsub", component);
            RoutesBuilder routes = source.routes(context);
            context.addRoutes(routes);
            // As camel-main does, after the routes.
            context.addTemplatedRoutes(routes);
            context.start();
            assertStarted(context);
        }
    }

    /** Runs the block as application.properties of camel-main. */
    private static void runProperties(String text) throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        String reloaded = properties.getProperty("camel.main.routes-reload-directory");
        if (reloaded != null) {
            Files.createDirectories(Path.of(reloaded));
        }
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub.url", postgres.libpqUri());
        properties.stringPropertyNames().forEach(name -> main.addInitialProperty(name, properties.getProperty(name)));
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from(text.contains("camel.kamelet.") ? "kamelet:pgpubsub-source?channel=HelloChannel" : "pgpubsub:HelloChannel")
                        .to("log:hello");
            }
        });
        try {
            main.start();
            assertStarted(main.getCamelContext());
        } finally {
            main.stop();
        }
    }

    /** A clustered route starts when its member leads. */
    private static void assertStarted(CamelContext context) {
        List<Route> routes = context.getRoutes();
        Inbox.await(() -> assertThat(routes).isNotEmpty().allSatisfy(
                route -> assertThat(context.getRouteController().getRouteStatus(route.getId()).isStarted()).isTrue()));
    }
}
