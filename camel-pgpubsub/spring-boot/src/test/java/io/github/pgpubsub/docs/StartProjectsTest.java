package io.github.pgpubsub.docs;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each project of examples/start, copied and started with the command of its page, sends and receives. */
@Tag("long")
class StartProjectsTest {

    private static final String DATABASE_OF_THE_PROJECTS = "localhost:5432/app";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    static Path repositoryFolder;

    private static BuiltRepository repository;

    @TempDir
    Path folder;

    @BeforeAll
    static void install() throws IOException {
        repository = new BuiltRepository(repositoryFolder.resolve("repository"));
        postgres.createRole("camel", "secret");
        postgres.execute("grant create on database " + postgres.database() + " to camel");
    }

    @Test
    void camelMain() throws Exception {
        copy("camel-main");
        sendsAndReceives(maven("compile", "exec:java"));
    }

    /** docs/testing.md. The one with a container is skipped if there is no Docker engine. */
    @Test
    void testsOfCamelMain() throws Exception {
        copy("camel-main");
        Terminal.run(folder, maven("test", "-Dpostgres.image=" + System.getProperty("postgres.image", "postgres:18")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spring-boot-3", "spring-boot-4"})
    void springBoot(String project) throws Exception {
        copy(project);
        sendsAndReceives(maven("spring-boot:run"));
    }

    @Test
    void quarkus() throws Exception {
        copy("quarkus");
        Terminal.run(folder, maven("package"));
        sendsAndReceives(List.of(java(), "-jar", "target/quarkus-app/quarkus-run.jar"));
    }

    @Test
    void camelJBang() throws Exception {
        copy("jbang");
        sendsAndReceives(jbang("run orders.camel.yaml application.properties"));
    }

    @Test
    void camelJBangWithoutProperties() throws Exception {
        copy("jbang");
        Files.delete(folder.resolve("application.properties"));
        sendsAndReceives(jbang("run orders.camel.yaml --dep=mvn:io.github.pgpubsub:camel-pgpubsub:" + Pages.projectVersion()
                + " --property=camel.component.pgpubsub.url="
                + ofThisTest("postgres://camel:secret@" + DATABASE_OF_THE_PROJECTS)));
    }

    /** What is inserted while nothing runs arrives at the next start. */
    @Test
    void camelJBangWithKeptMessages() throws Exception {
        copy("jbang");
        Path properties = folder.resolve("application.properties");
        Files.writeString(properties, Files.readString(properties) + "camel.component.pgpubsub.durable = true\n");
        List<String> command = jbang("run orders.camel.yaml application.properties");
        try (Terminal terminal = Terminal.start(folder, command)) {
            terminal.awaitText("order tick", () -> {});
        }
        postgres.execute("insert into pgpubsub.message (channel, payload) values ('orders', 'two teas')");
        try (Terminal terminal = Terminal.start(folder, command)) {
            terminal.awaitText("order two teas", () -> {});
        }
    }

    private void sendsAndReceives(List<String> command) throws Exception {
        try (Terminal terminal = Terminal.start(folder, command)) {
            terminal.awaitText("order tick", () -> {});
            terminal.awaitText("order two teas", () -> postgres.notify("orders", "two teas"));
        }
    }

    private static List<String> maven(String... arguments) {
        return Stream.concat(Stream.of("mvn", "-B", "-ntp", repository.option()), Stream.of(arguments)).toList();
    }

    private static List<String> jbang(String arguments) {
        return maven("-f", "launcher", "compile", "exec:java", "-Dexec.args=" + arguments);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Copies a project, with the test's database in its settings. */
    private void copy(String project) throws IOException {
        Path source = Pages.ROOT.resolve("examples/start").resolve(project);
        try (Stream<Path> tree = Files.walk(source)) {
            tree.filter(Files::isRegularFile).filter(file -> !file.startsWith(source.resolve("target"))).forEach(file -> {
                try {
                    Path copy = folder.resolve(source.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.writeString(copy, ofThisTest(Files.readString(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static String ofThisTest(String text) {
        return text.replace(DATABASE_OF_THE_PROJECTS,
                postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database());
    }
}
