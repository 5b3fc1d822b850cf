package io.github.pgpubsub.camel;

import static io.github.pgpubsub.camel.CamelWithPostgres.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No log, exception, JMX attribute or toString() contains a password, however it was set. Every part of the password contains the
 * same word, so a leak of half a password is detected too, in any encoding.
 */
@Tag("long")
class SecretsTest {

    private static final String WORD = "Gehe1m";
    /** Every character that is a delimiter in one of the notations. */
    private static final String PASSWORD = String.join(WORD, "", "@", "/", ":", "&", "?", " +=", "#", "{", ",", "");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path folder;

    private LoggedLines logged;

    @BeforeAll
    static void createRole() {
        postgres.createRole("keeper", PASSWORD);
        postgres.createRole("percent", WORD + "%41%" + WORD);
        postgres.createRole("parenthesis", WORD + ")" + WORD);
        postgres.createRole("plain", "p@" + WORD);
    }

    @BeforeEach
    void capture() {
        logged = LoggedLines.capture();
        // At DEBUG these loggers print every property, environment variable and placeholder value.
        Configurator.setLevel("org.apache.camel.main", Level.INFO);
        Configurator.setLevel("org.apache.camel.component.properties", Level.INFO);
        Configurator.setLevel("org.apache.camel.impl.engine.DefaultCamelContextExtension", Level.INFO);
    }

    @AfterEach
    void release() {
        logged.close();
    }

    static Stream<Arguments> waysInAnEndpoint() {
        String encoded = encoded(PASSWORD);
        String jdbc = postgres.url();
        String address = postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database();
        return Stream.of(
                Arguments.of("option, RAW", "url=" + jdbc + "&user=keeper&password=RAW(" + PASSWORD + ")"),
                Arguments.of("option, RAW{}", "url=" + jdbc + "&user=parenthesis&password=RAW{" + WORD + ")" + WORD + "}"),
                Arguments.of("option, without RAW", "url=" + jdbc + "&user=plain&password=p%40" + WORD),
                Arguments.of("JDBC URL, RAW", "url=RAW(" + jdbc + "?user=keeper&password=" + encoded + ")"),
                Arguments.of("JDBC URL, RAW, more after it",
                        "url=RAW(" + jdbc + "?password=" + encoded + "&user=keeper&sslmode=disable)"),
                Arguments.of("libpq URI, RAW", "url=RAW(postgres://keeper:" + encoded + "@" + address + ")"),
                Arguments.of("libpq URI, RAW, as little encoded as can be",
                        "url=RAW(postgres://keeper:" + encoded.replace("%26", "&").replace("%3D", "=").replace("%2B", "+") + "@"
                                + address + ")"),
                Arguments.of("libpq URI, RAW{}", "url=RAW{postgres://keeper:" + encoded + "@" + address + "}"),
                Arguments.of("libpq URI with a parenthesis, RAW",
                        "url=RAW(postgres://parenthesis:" + WORD + ")" + WORD + "@" + address + ")"),
                Arguments.of("libpq URI with a parameter, RAW",
                        "url=RAW(postgresql://keeper@" + address + "?password=" + encoded + ")"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waysInAnEndpoint")
    void inAnEndpoint(String way, String options) throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres()) {
            roundTrip(camel, options);
        }
        assertNothingLogged();
    }

    @Test
    void asOptionsOfTheComponent() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres()) {
            camel.configuration().setUrl(postgres.url());
            camel.configuration().setUser("keeper");
            camel.configuration().setPassword(PASSWORD);
            roundTrip(camel, "");
        }
        assertNothingLogged();
    }

    @Test
    void inTheUrlOfTheComponent() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres()) {
            camel.configuration().setUrl(libpqUri());
            roundTrip(camel, "");
        }
        assertNothingLogged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"camel.component.pgpubsub.url", "camel.component.pgpubsub.URL",
        "camel.component.pgpubsub.configuration.url"})
    void inTheUrlAsAProperty(String property) throws Exception {
        runMain(Map.of(property, libpqUri()));
        assertNothingLogged();
        assertThat(logged.lines()).as("Camel prints what it configures").anyMatch(line -> line.contains(property + " = xxxxxx"));
    }

    @Test
    void inAJdbcUrlAsAProperty() throws Exception {
        runMain(Map.of("camel.component.pgpubsub.url", postgres.url() + "?user=keeper&password=" + encoded(PASSWORD)));
        assertNothingLogged();
    }

    @Test
    void asAPropertyOfItsOwn() throws Exception {
        runMain(Map.of(
                "camel.component.pgpubsub.url", postgres.url(),
                "camel.component.pgpubsub.user", "keeper",
                "camel.component.pgpubsub.password", PASSWORD));
        assertNothingLogged();
    }

    @Test
    void asAPlaceholderInAnEndpoint() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres()) {
            camel.context().getPropertiesComponent().addInitialProperty("db.url", libpqUri());
            roundTrip(camel, "url=RAW({{db.url}})");
        }
        assertNothingLogged();
    }

    static Stream<Arguments> waysThatFail() {
        String encoded = encoded(PASSWORD);
        String address = postgres.server().host() + ":" + postgres.server().port() + "/";
        return Stream.of(
                Arguments.of("wrong, as an option", "url=" + postgres.url() + "&user=keeper&password=RAW(not" + WORD + ")"),
                Arguments.of("wrong, in a JDBC URL", "url=RAW(" + postgres.url() + "?user=keeper&password=not" + WORD + ")"),
                Arguments.of("wrong, in a libpq URI",
                        "url=RAW(postgres://keeper:not" + WORD + "@" + address + postgres.database() + ")"),
                Arguments.of("no such database", "url=RAW(postgres://keeper:" + encoded + "@" + address + "no_such_database)"),
                Arguments.of("a percent sign that encodes nothing",
                        "url=RAW(postgres://keeper:" + WORD + "%zz" + WORD + "@" + address + "db)"),
                Arguments.of("the same in a JDBC URL",
                        "url=RAW(" + postgres.url() + "?user=keeper&password=" + WORD + "%zz" + WORD + ")"),
                Arguments.of("a question mark that is not encoded",
                        "url=RAW(postgres://keeper:" + WORD + "?" + WORD + "=@" + address + "db)"),
                Arguments.of("a JDBC URL with an @", "url=RAW(jdbc:postgresql://keeper:" + WORD + "@" + address + "db)"),
                Arguments.of("a JDBC URL with an @ after a question mark",
                        "url=RAW(jdbc:postgresql://keeper:" + WORD + "?" + WORD + "@" + address + "db)"),
                Arguments.of("a port that is none", "url=RAW(postgres://keeper:" + WORD + "@host:port/db)"),
                Arguments.of("a scheme that is none", "url=RAW(postgers://keeper:" + WORD + "@" + address + "db)"),
                Arguments.of("an unknown parameter", "url=RAW(postgres://keeper:" + WORD + "@" + address + "db?nonsense=1)"),
                Arguments.of("an unknown option",
                        "url=" + postgres.url() + "&user=keeper&password=RAW(" + PASSWORD + ")&nonsense=1"),
                Arguments.of("a bad value", "url=" + postgres.url() + "&user=keeper&password=RAW(" + PASSWORD + ")&queueSize=0"),
                Arguments.of("no database", "user=keeper&password=RAW(" + PASSWORD + ")"),
                Arguments.of("an ampersand without RAW",
                        "url=postgres://keeper:" + WORD + "&" + WORD + "=" + WORD + "@" + address + "db"),
                Arguments.of("the end of RAW in a URL",
                        "url=RAW(postgres://keeper:" + WORD + ")&x=" + WORD + "@" + address + "db)"));
    }

    /**
     * Without a route, because the exception for a failed route shows the first 60 characters of its text
     * (FailedToCreateRouteException).
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("waysThatFail")
    void aFailureDoesNotTell(String way, String options) {
        try (CamelWithPostgres camel = new CamelWithPostgres().start()) {
            String uri = "pgpubsub:kept?" + options;
            assertNothingIn(catchThrowable(() -> camel.context().getEndpoint(uri).createConsumer(new Inbox()).start()));
            assertNothingIn(catchThrowable(() -> camel.send(uri, "hello")));
        }
        assertNothingLogged();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "postgres://keeper:%zz" + WORD + "@host/db",
        "jdbc:postgresql://keeper:" + WORD + "@host/db",
        "jdbc:postgresql://host/db?user=keeper&password=" + WORD + "%zz",
        "jdbc:postgresql://host:port/db?user=keeper&password=" + WORD,
        "oracle://keeper:" + WORD + "@host/db",
        WORD})
    void aUrlOfTheComponentThatCantBeReadIsNotRepeated(String url) throws Exception {
        Main main = main(Map.of("camel.component.pgpubsub.url", url), new Inbox());
        try {
            assertNothingIn(catchThrowable(main::start));
        } finally {
            main.shutdown();
        }
        assertNothingLogged();
    }

    @Test
    void aServerThatIsOutOfReachDoesNotTell() throws Exception {
        try (Proxy proxy = new Proxy(postgres.server()); CamelWithPostgres camel = new CamelWithPostgres()) {
            proxy.refuse(true);
            String options = "?url=RAW(postgres://keeper:" + encoded(PASSWORD) + "@" + proxy.host() + ":" + proxy.port() + "/db)";
            camel.receive("pgpubsub:kept" + options, new Inbox()).start();
            assertNothingIn(catchThrowable(() -> camel.send("pgpubsub:kept" + options + "&sendTimeout=100", "hello")));
            assertNothingShown(camel.context());
        }
        assertNothingLogged();
    }

    /** Passwords whose begin or end Camel's mask does not recognise. */
    static Stream<Arguments> printedForms() {
        String address = postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database();
        return Stream.of(
                Arguments.of("a JDBC URL without RAW", "url=" + encoded("jdbc:postgresql://" + address + "?password=" + WORD),
                        "url=RAW("),
                Arguments.of("a libpq URI without RAW", "url=" + encoded("postgres://keeper:p%40" + WORD + "@" + address),
                        "url=RAW("),
                Arguments.of("another spelling of url", "URL=" + encoded("postgres://keeper:p%40" + WORD + "@" + address),
                        "url=RAW("),
                Arguments.of("another spelling of password",
                        "Password=RAW(a)" + WORD + ")&user=keeper&url=" + postgres.url(), "password=RAW{"),
                Arguments.of("a parenthesis in RAW()", "password=RAW(a)" + WORD + ")&user=keeper&url=" + postgres.url(),
                        "password=RAW{"),
                Arguments.of("an ampersand in RAW{}", "password=RAW{a&" + WORD + "}&user=keeper&url=" + postgres.url(),
                        "password=RAW("));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("printedForms")
    void anEndpointWhosePrintedFormWouldShowItIsRefusedWithTheWayOut(String form, String options, String wayOut) {
        try (CamelWithPostgres camel = new CamelWithPostgres().start()) {
            Throwable failure = catchThrowable(() -> camel.context().getEndpoint("pgpubsub:kept?" + options));

            assertThat(failure).hasMessageContaining(wayOut);
            assertNothingIn(failure);
        }
        assertNothingLogged();
    }

    @Test
    void aPercentSignInAProperty() throws Exception {
        runMain(Map.of("camel.component.pgpubsub.url",
                libpqUri().replaceFirst("//.*@", "//percent:" + encoded(WORD + "%41%" + WORD) + "@")));
        assertNothingLogged();
    }

    /** Camel decodes %25 in RAW() to a percent sign, so a literal %25 is written as %2525. */
    @Test
    void aPercentSignInRaw() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres()) {
            roundTrip(camel, "url=RAW(" + postgres.url() + "?user=percent&password=" + WORD + "%252541%2525" + WORD + ")");
        }
        assertNothingLogged();
    }

    private void roundTrip(CamelWithPostgres camel, String options) throws Exception {
        Inbox inbox = new Inbox();
        String uri = "pgpubsub:kept" + (options.isEmpty() ? "" : "?" + options);
        camel.route(route -> route.from(uri).routeId("kept").process(inbox))
                .route(route -> route.from("direct:kept").to(uri))
                .start();
        camel.send("direct:kept", "hello");
        inbox.awaitBodies("hello");
        assertNothingShown(camel.context());
        // A failing exchange names its endpoint, and a lost connection is logged.
        assertNothingIn(catchThrowable(() -> camel.send("direct:kept", "x".repeat(8000))));
        camel.backends(postgres, "listen").forEach(postgres::terminate);
        Inbox.await(() -> assertThat(logged.lines()).anyMatch(line -> line.contains("Lost the connection")));
        Inbox.await(() -> assertThat(camel.isReceiving("kept")).isTrue());
    }

    private void runMain(Map<String, String> properties) throws Exception {
        Inbox inbox = new Inbox();
        Main main = main(properties, inbox);
        try {
            main.start();
            main.getCamelContext().createProducerTemplate().sendBody("pgpubsub:kept", "hello");
            inbox.awaitBodies("hello");
            assertNothingShown(main.getCamelContext());
        } finally {
            main.shutdown();
        }
    }

    /** As in an application: the properties come from a file, and camel-main logs at INFO which options it sets. */
    private Main main(Map<String, String> properties, Inbox inbox) throws IOException {
        Properties all = new Properties();
        all.putAll(properties);
        Path file = folder.resolve("application.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            all.store(writer, null);
        }
        Main main = new Main();
        main.setPropertyPlaceholderLocations("file:" + file);
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("pgpubsub:kept").process(inbox);
            }
        });
        return main;
    }

    private static void assertNothingShown(CamelContext context) throws Exception {
        List<String> shown = new ArrayList<>();
        for (Endpoint endpoint : context.getEndpoints()) {
            shown.add(String.valueOf(endpoint));
            if (endpoint instanceof PgPubSubEndpoint ours) {
                shown.add(String.valueOf(ours.getConfiguration()));
            }
        }
        for (Route route : context.getRoutes()) {
            shown.add(String.valueOf(route));
            shown.add(String.valueOf(route.getConsumer()));
            route.getServices().forEach(service -> shown.add(String.valueOf(service)));
        }
        shown.add(String.valueOf(context.getComponent("pgpubsub")));
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        List<ObjectName> names = List
                .copyOf(beans.queryNames(new ObjectName("org.apache.camel:context=" + context.getManagementName() + ",*"), null));
        assertThat(names).as("JMX is on").hasSizeGreaterThan(10);
        for (ObjectName name : names) {
            shown.add(name.toString());
            for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name).getAttributes()) {
                shown.add(name + "#" + attribute.getName() + "=" + value(beans, name, attribute));
            }
        }
        assertThat(shown).filteredOn(text -> text != null && text.contains(WORD)).isEmpty();
    }

    private static Object value(MBeanServer beans, ObjectName name, MBeanAttributeInfo attribute) {
        try {
            return beans.getAttribute(name, attribute.getName());
        } catch (Exception e) {
            return stackTrace(e);
        }
    }

    private static void assertNothingIn(Throwable failure) {
        assertThat(failure).as("it fails").isNotNull();
        assertThat(stackTrace(failure)).doesNotContain(WORD);
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    private void assertNothingLogged() {
        assertThat(logged.lines()).as("logging is captured").isNotEmpty();
        assertThat(logged.lines()).filteredOn(line -> line.contains(WORD)).isEmpty();
    }

    private static String libpqUri() {
        return "postgres://keeper:" + encoded(PASSWORD) + "@" + postgres.server().host() + ":" + postgres.server().port() + "/"
                + postgres.database();
    }
}
