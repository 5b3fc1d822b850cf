package io.github.pgpubsub.examples.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.docs.Pages;
import io.github.pgpubsub.docs.Snippet;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The routes in docs/bridges.md are parts of the example's routes, which the other tests run. */
class PageTest {

    @Test
    void everyRouteOfThePageIsOneOfTheExample() throws IOException {
        String routes = routes("kept") + routes("plain");
        List<Snippet> snippets = Snippet.of(Pages.ROOT.resolve("docs/bridges.md"));

        assertThat(snippets).extracting(Snippet::language).containsOnly("yaml", "mermaid").contains("yaml");
        assertThat(snippets).filteredOn(snippet -> snippet.language().equals("yaml"))
                .allSatisfy(snippet -> assertThat(routes).contains(withoutComments(snippet.text())));
    }

    private static String routes(String name) throws IOException {
        return withoutComments(
                Files.readString(Pages.ROOT.resolve("examples/bridges/src/main/resources/camel/" + name + ".yaml")));
    }

    private static String withoutComments(String yaml) {
        return yaml.lines().filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
