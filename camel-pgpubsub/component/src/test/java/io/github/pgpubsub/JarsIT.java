package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in the jars that users get. Skipped if they have not been packaged. */
class JarsIT {

    @ParameterizedTest
    @CsvSource({"../engine/target, pgpubsub, io.github.pgpubsub", "target, camel-pgpubsub, io.github.pgpubsub.camel"})
    void theJarHasModuleVersionAndLicenseAndNoStrayFiles(Path folder, String artifact, String module) throws IOException {
        Path file = jar(folder, artifact);
        assumeTrue(file != null, "not packaged");
        try (JarFile jar = new JarFile(file.toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertThat(manifest.getValue("Automatic-Module-Name")).isEqualTo(module);
            assertThat(manifest.getValue("Implementation-Version")).isNotEmpty()
                    .satisfies(version -> assertThat(file).hasFileName(artifact + "-" + version + ".jar"));
            assertThat(manifest.getValue("Implementation-Title")).isNotEmpty();
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
            List<String> entries = jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
            assertThat(entries).allMatch(
                    name -> name.matches("io/github/pgpubsub/.*\\.(class|sql|css|js)|META-INF/.*|kamelets/.*\\.kamelet\\.yaml"));
            assertThat(entries).filteredOn(name -> name.endsWith(".class"))
                    .allMatch(name -> name.startsWith("io/github/pgpubsub/camel/") == artifact.equals("camel-pgpubsub"));
            assertThat(entries).noneMatch(name -> name.contains("Test") || name.endsWith(".java"));
        }
    }

    private static Path jar(Path folder, String artifact) throws IOException {
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.getFileName().toString().matches(artifact + "-\\d[^-]*(-SNAPSHOT)?\\.jar"))
                    .findFirst().orElse(null);
        }
    }
}
