package io.github.pgpubsub.support;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A data directory that {@code initdb} made once for all JVMs of a build, and its superuser's password. Copying it takes a tenth of
 * the time that {@code initdb} takes.
 */
record InitializedData(Path directory, String password) {

    /** The data of this build's version of PostgreSQL; made by the JVM that needs it first, while others wait. */
    static InitializedData get() throws IOException {
        String version = Objects.requireNonNullElse(System.getProperty(PostgresServer.VERSION), "default");
        Path folder = Files.createDirectories(Programs.FOLDER.resolveSibling("postgresql-data").resolve(version));
        Path data = folder.resolve("data");
        Path password = folder.resolve("password");
        try (FileChannel file = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            assert lock.isValid();
            if (Files.notExists(data)) {
                try (EmbeddedServer server = EmbeddedServer.startNewCluster(Map.of())) {
                    server.stop();
                    Files.writeString(password, server.password());
                    // In two steps, so that a killed process leaves nothing that looks complete.
                    Path copy = Files.createTempDirectory(folder, "copy").resolve("data");
                    copy(server.data(), copy);
                    askForPlainPasswords(copy.resolve("pg_hba.conf"));
                    Files.move(copy, data);
                    Files.delete(copy.getParent());
                }
            }
        }
        return new InitializedData(data, Files.readString(password));
    }

    /**
     * SCRAM's 4,096 rounds of hashing for each connection would take a third of the tests' CPU time. The servers of the examples, of
     * VanishedHostIT and of tests with a cluster of their own use it.
     */
    private static void askForPlainPasswords(Path rules) throws IOException {
        Files.writeString(rules, Files.readString(rules).replace("scram-sha-256", "password"));
    }

    void copyTo(Path target) throws IOException {
        copy(directory, target);
    }

    private static void copy(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path each : files.toList()) {
                // PostgreSQL insists on the permissions of its directory.
                Files.copy(each, target.resolve(source.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
