package io.github.pgpubsub.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** docs/spring-boot.md, followed to the letter. */
@Tag("long")
class SpringBootPageTest {

    private static final Path PAGE = Pages.ROOT.resolve("docs/spring-boot.md");
    private static final String DATABASE_OF_THE_PAGE = "localhost:5432/app";
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<groupId>(.*)</groupId>\\s*<artifactId>(.*)</artifactId>(?:\\s*<version>(.*)</version>)?");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path folder;

    /** What a user has before. */
    @EnableAutoConfiguration
    static class Application {

        private Application() {}

        public static void main(String[] arguments) {
            SpringApplication.run(Application.class, arguments);
        }
    }

    @Test
    void theApplicationOfThePageStaysAndReceives() throws Exception {
        postgres.createRole("camel", "secret");
        write("application.properties", blockAfter("## The database").replace(DATABASE_OF_THE_PAGE,
                postgres.server().host() + ":" + postgres.server().port() + "/" + postgres.database())
                + blockAfter("## Keep the application running"));
        write("camel/hello.yaml", yaml());
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", folder + File.pathSeparator + classPath(), Application.class.getName())
                .redirectErrorStream(true).redirectOutput(Redirect.to(output.toFile())).start();
        try {
            for (String text : List.of("hello from SQL", "and once more")) {
                await().atMost(4, MINUTES)
                        .failFast("it ends", () -> assertThat(process.isAlive()).as(read(output)).isTrue())
                        .until(() -> {
                            postgres.notify("HelloChannel", text);
                            return read(output).contains(text);
                        });
            }
        } finally {
            process.toHandle().destroy();
            assertThat(process.waitFor(1, MINUTES)).isTrue();
        }
    }

    @Test
    void itNamesTheDependenciesOfWhatItShows() throws IOException {
        String camel = property("camel.version", Pages.ROOT.resolve("pom.xml"));
        assertThat(dependencies()).contains("io.github.pgpubsub:camel-pgpubsub-starter:" + Pages.projectVersion(),
                "org.apache.camel.springboot:camel-yaml-dsl-starter:" + camel,
                "org.springframework.boot:spring-boot-starter-jdbc:null");
        // The versions of this build's dependencies, and of the profile that tries another Camel.
        assertThat(dependencies()).filteredOn(dependency -> dependency.contains("-bom:")).hasSize(2)
                .allMatch(bom -> Pages.read(Pages.ROOT.resolve("camel-pgpubsub/component/pom.xml"))
                        .contains("<value>" + bom.substring(bom.lastIndexOf(':') + 1) + "</value>"));
    }

    private static List<String> dependencies() {
        return Snippet.of(PAGE).stream().filter(block -> block.language().equals("xml"))
                .flatMap(block -> DEPENDENCY.matcher(block.text()).results())
                .map(match -> match.group(1) + ":" + match.group(2) + ":" + match.group(3)).toList();
    }

    private static String property(String name, Path pom) {
        return Pattern.compile("<" + name + ">(.*)</" + name + ">").matcher(Pages.read(pom)).results()
                .map(match -> match.group(1)).findFirst().orElseThrow();
    }

    private static String yaml() {
        return Snippet.of(PAGE).stream().filter(block -> block.language().equals("yaml")).findFirst().orElseThrow().text();
    }

    /** The first block below the heading. */
    private static String blockAfter(String heading) {
        List<String> lines = Pages.read(PAGE).lines().toList();
        assertThat(lines).contains(heading);
        return Snippet.of(PAGE).stream().filter(block -> block.line() > lines.indexOf(heading)).findFirst().orElseThrow().text();
    }

    /** Surefire may have started this JVM with one jar that only names the others. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file, UTF_8) : "";
    }
}
