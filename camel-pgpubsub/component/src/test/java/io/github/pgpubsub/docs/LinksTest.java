package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between pages, and to other files of the repository, have existing targets. */
class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)(#[^)]*)?\\)");
    private static final Pattern SECTION = Pattern.compile("\\]\\((?!https?:)((?:[^)#]+\\.md)?)#([^)]*)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern ID = Pattern.compile("id=\"([^\"]+)\"");

    @Test
    void linksLeadToFiles() {
        assertThat(Pages.all()).allSatisfy(page -> assertThat(targets(page)).allMatch(Files::exists));
    }

    /** As GitHub makes an anchor of a heading. */
    @Test
    void linksToSectionsLeadToHeadings() {
        assertThat(Pages.all()).allSatisfy(page -> assertThat(SECTION.matcher(Pages.read(page)).results()
                .filter(link -> !anchors(link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize())
                        .contains(link.group(2)))
                .map(MatchResult::group)).isEmpty());
    }

    private static Set<String> anchors(Path page) {
        String text = Pages.read(page);
        return Stream.concat(
                HEADING.matcher(text).results().map(heading -> heading.group(1).toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "").strip().replace(' ', '-')),
                ID.matcher(text).results().map(id -> id.group(1))).collect(Collectors.toSet());
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
