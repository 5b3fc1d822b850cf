package io.github.pgpubsub.docs;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A fenced code block of a page. */
public record Snippet(Path page, int line, String language, String text) {

    private static final Pattern FENCED = Pattern.compile("^```([^\n]*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    public static List<Snippet> of(Path page) {
        String all = Pages.read(page);
        return FENCED.matcher(all).results()
                .map(block -> new Snippet(page, lineAt(all, block.start()), block.group(1).strip(), block.group(2)))
                .toList();
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
