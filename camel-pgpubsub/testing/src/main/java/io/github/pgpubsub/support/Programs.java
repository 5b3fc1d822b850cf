package io.github.pgpubsub.support;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder into which zonky unpacks PostgreSQL's programs, 60 MB per version: a folder of the whole build, filled once for all
 * modules, which {@code mvn clean} removes. zonky's default is a folder for temporary files, where they would stay.
 */
final class Programs {

    /** The system property that names the folder. */
    static final String PROPERTY = "pgpubsub.test.programs";

    /** Without the property, as where an IDE runs a test, a folder of the module. */
    static final Path FOLDER = Path.of(System.getProperty(PROPERTY, "target/postgresql")).toAbsolutePath();

    private Programs() {}

    /** To be called before zonky is. */
    static void prepare() throws IOException {
        System.setProperty("ot.epg.working-dir", FOLDER.toString());
        removeHalfUnpacked(FOLDER);
    }

    /** What an unpacking left that was killed: zonky would neither go on with it nor begin anew. */
    static void removeHalfUnpacked(Path folder) throws IOException {
        for (Path version : list(folder)) {
            if (Files.notExists(version.resolve(".exists"))) {
                removeUnlessLocked(version);
            }
        }
    }

    private static void removeUnlessLocked(Path version) throws IOException {
        // Whoever unpacks holds this lock.
        try (FileChannel file = FileChannel.open(version.resolve("epg-lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock != null && Files.notExists(version.resolve(".exists"))) {
                try (Stream<Path> files = Files.walk(version)) {
                    for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(each);
                    }
                }
            }
        } catch (OverlappingFileLockException e) {
            // by this JVM
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> versions = Files.list(folder)) {
            return versions.filter(Files::isDirectory).toList();
        }
    }
}
