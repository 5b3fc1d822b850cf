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
 * The folder into which zonky unpacks PostgreSQL's programs (60 MB per version). All modules of a build share it, and {@code mvn
 * clean} removes it. With zonky's default, a temporary folder, the programs would stay.
 */
final class Programs {

    /** System property with the folder's path. */
    static final String PROPERTY = "pgpubsub.test.programs";

    /** Without the property, for example in an IDE, the folder is in the module. */
    static final Path FOLDER = Path.of(System.getProperty(PROPERTY, "target/postgresql")).toAbsolutePath();

    private Programs() {}

    /** Call this before zonky is used. */
    static void prepare() throws IOException {
        System.setProperty("ot.epg.working-dir", FOLDER.toString());
        removeHalfUnpacked(FOLDER);
    }

    /**
     * Deletes what a killed process left half unpacked: zonky would neither finish it nor start over. Only folders with zonky's
     * prefix are touched, because the property can name any folder.
     */
    static void removeHalfUnpacked(Path folder) throws IOException {
        for (Path version : list(folder)) {
            if (Files.notExists(version.resolve(".exists"))) {
                removeUnlessLocked(version);
            }
        }
    }

    private static void removeUnlessLocked(Path version) throws IOException {
        // The unpacking process holds this lock.
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
            // This JVM holds the lock.
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> versions = Files.list(folder)) {
            return versions.filter(Files::isDirectory).filter(each -> each.getFileName().toString().startsWith("PG-")).toList();
        }
    }
}
