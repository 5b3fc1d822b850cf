package io.github.pgpubsub.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page for people, with parts that a run writes: between {@code <!-- results: NAME -->} and {@code <!-- end of results -->}. */
public final class Page {

    private static final Pattern PART = Pattern.compile("(<!-- results: ([^\n]+) -->\n).*?(<!-- end of results -->)",
            Pattern.DOTALL);

    private Page() {}

    /** The page beside a folder of results, or beside the folder that contains it: docs/benchmarks.md is that of docs/benchmarks/kept. */
    public static Optional<Path> of(Path results) {
        Path folder = results.toAbsolutePath().normalize();
        return Stream.of(folder, folder.getParent()).map(each -> each.resolveSibling(each.getFileName() + ".md"))
                .filter(Files::exists).findFirst();
    }

    /** @param parts text of a part; empty: it was not measured, so the old text stays */
    static void fill(Path page, Function<String, Optional<String>> parts) throws IOException {
        Files.writeString(page, filled(Files.readString(page), parts));
    }

    static String filled(String text, Function<String, Optional<String>> parts) {
        return PART.matcher(text).replaceAll(part -> Matcher.quoteReplacement(parts.apply(part.group(2))
                .map(written -> part.group(1) + "\n" + written.strip() + "\n\n" + part.group(3)).orElse(part.group())));
    }
}
