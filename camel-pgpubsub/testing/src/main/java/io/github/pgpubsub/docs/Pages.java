package io.github.pgpubsub.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the documentation. */
public final class Pages {

    /** Root folder of the repository; tests may run there or in a module. */
    public static final Path ROOT = Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
            .takeWhile(folder -> folder != null)
            .filter(folder -> Files.exists(folder.resolve("docs/reference.md")))
            .findFirst().orElseThrow();

    private Pages() {}

    /** All pages: README.md and docs/*.md. */
    static List<Path> all() {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            Stream<Path> pages = docs.filter(file -> file.toString().endsWith(".md")).sorted();
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The project's version, as it stands in the dependencies of the pages. */
    static String projectVersion() {
        String pom = read(ROOT.resolve("pom.xml"));
        return pom.substring(pom.indexOf("<version>") + "<version>".length(), pom.indexOf("</version>"));
    }
}
