package io.github.pgpubsub.docs;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A fenced code block of a page.
 *
 * @param language what stands behind the fence: nothing, a language, or a language and the file that has the block
 */
public record Snippet(Path page, int line, String language, String text) {

    private static final Pattern FENCED = Pattern.compile("^```([^\n]*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    public static List<Snippet> of(Path page) {
        String all = Pages.read(page);
        return FENCED.matcher(all).results()
                .map(block -> new Snippet(page, lineAt(all, block.start()), block.group(1).strip(), block.group(2)))
                .toList();
    }

    /** Whether it is a part of a file of the repository, which runs elsewhere. */
    public boolean isListing() {
        return language.contains(" ");
    }

    /** The file of a listing, relative to the root of the repository. */
    public String file() {
        return language.substring(language.indexOf(' ') + 1);
    }

    private static int lineAt(String text, int index) {
        return 1 + (int) text.substring(0, index).chars().filter(c -> c == '\n').count();
    }

    /** File, line and language. */
    @Override
    public String toString() {
        return Pages.ROOT.relativize(page) + ":" + line + " (" + language + ")";
    }
}
