package io.github.pgpubsub.docs;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * A local Maven repository that has this build's artifacts, as after {@code mvn install}. The user's repository stays as it is, but
 * for what a build downloads: every other folder is a link into it.
 */
final class BuiltRepository {

    private static final Path GROUP = Path.of("io", "github", "pgpubsub");

    private final Path folder;

    /** @param folder empty */
    BuiltRepository(Path folder) throws IOException {
        this.folder = folder;
        link(users(), folder, 0);
        put("camel-pgpubsub-parent", "");
        put("pgpubsub", "camel-pgpubsub/engine");
        put("camel-pgpubsub", "camel-pgpubsub/component");
        put("camel-pgpubsub-starter", "camel-pgpubsub/spring-boot");
    }

    /** The option that makes Maven use it. */
    String option() {
        return "-Dmaven.repo.local=" + folder;
    }

    private static Path users() {
        String configured = System.getProperty("maven.repo.local");
        return configured == null ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(configured);
    }

    /** Links the folders of the user's repository, except the ones above this project's group. */
    private static void link(Path users, Path own, int depth) throws IOException {
        // A group that is not there yet is made there, so that what is downloaded stays for the next time.
        for (String group : depth == 0 ? Set.of("org", "com", "io", "jakarta", "net") : Set.<String>of()) {
            Files.createDirectories(users.resolve(group));
        }
        Files.createDirectories(own);
        try (Stream<Path> children = Files.list(users)) {
            for (Path child : children.toList()) {
                Path linked = own.resolve(child.getFileName());
                if (!child.endsWith(GROUP.getName(depth))) {
                    Files.createSymbolicLink(linked, child);
                } else if (depth + 1 < GROUP.getNameCount()) {
                    link(child, linked, depth + 1);
                }
            }
        }
    }

    private void put(String artifact, String module) throws IOException {
        Path source = Pages.ROOT.resolve(module);
        String version = Pages.projectVersion();
        Path target = Files.createDirectories(folder.resolve(GROUP).resolve(artifact).resolve(version));
        String name = artifact + "-" + version;
        Files.copy(source.resolve("pom.xml"), target.resolve(name + ".pom"));
        Path classes = source.resolve("target/classes");
        if (Files.isDirectory(classes) && !module.isEmpty()) {
            jar(classes, target.resolve(name + ".jar"));
        }
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> tree = Files.walk(classes)) {
            tree.filter(Files::isRegularFile).forEach(each -> {
                try {
                    out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
                    Files.copy(each, out);
                    out.closeEntry();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
