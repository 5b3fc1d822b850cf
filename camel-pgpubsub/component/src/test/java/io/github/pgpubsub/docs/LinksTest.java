package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between pages, and to other files of the repository, have existing targets. */
class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)(#[^)]*)?\\)");

    @Test
    void linksLeadToFiles() {
        assertThat(Pages.all()).allSatisfy(page -> assertThat(targets(page)).allMatch(Files::exists));
    }

    @Test
    void theIndexLeadsToEveryPage() {
        Path docs = Pages.ROOT.resolve("docs");
        List<Path> pages = Pages.all().stream().filter(page -> page.startsWith(docs)).toList();

        assertThat(Stream.concat(targets(docs.resolve("README.md")), Stream.of(docs.resolve("README.md")))).containsAll(pages);
    }

    /** Its last line names the page before it, and usually the next one. */
    @Test
    void everyPageLeadsBack() {
        Path docs = Pages.ROOT.resolve("docs");

        assertThat(Pages.all()).filteredOn(page -> page.startsWith(docs) && !page.endsWith("README.md"))
                .allMatch(page -> Pages.read(page).stripTrailing().lines().reduce((line, next) -> next).orElseThrow()
                        .contains("**Back:** ["));
    }

    private static Stream<Path> targets(Path page) {
        return LINK.matcher(Pages.read(page)).results().map(link -> page.resolveSibling(link.group(1)).normalize());
    }
}
