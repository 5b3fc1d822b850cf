package io.github.pgpubsub.examples.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The data of one server, which may run or not: {@code postmaster.pid} in it, written by PostgreSQL itself, says where.
 */
record DataFolder(Path path) {

    static DataFolder create(Path parent, String example) throws IOException {
        return new DataFolder(Files.createTempDirectory(parent, prefix(example)));
    }

    static List<DataFolder> in(Path parent, String example) throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix(example))).map(DataFolder::new).toList();
        }
    }

    private static String prefix(String example) {
        return example + "-server-";
    }

    /** The server's {@code cluster_name}, too: the process list shows it, and nobody mistakes another server for it. */
    String name() {
        return path.getFileName().toString();
    }

    /** Empty: no server answers, or it is about to stop. */
    Optional<Seat> takeSeat(String role) {
        try {
            return Optional.of(Seat.take(Integer.parseInt(postmasterPid().get(3)), role, password(), name()));
        } catch (IOException | SQLException | IndexOutOfBoundsException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Those who may read this folder may join. */
    void writePassword(String password) throws IOException {
        Files.writeString(passwordFile(), password);
    }

    private String password() throws IOException {
        return Files.readString(passwordFile());
    }

    private Path passwordFile() {
        return path.resolve("password-of-the-example");
    }

    /** Ends what may still run here, and deletes it. */
    void clear() throws IOException {
        Optional<ProcessHandle> postmaster = postmaster();
        if (postmaster.isPresent()) {
            postmaster.get().destroy();
            if (!ended(postmaster.get())) {
                postmaster.get().destroyForcibly();
                ended(postmaster.get());
            }
        }
        delete(path);
    }

    private Optional<ProcessHandle> postmaster() {
        try {
            return ProcessHandle.of(Long.parseLong(postmasterPid().get(0))).filter(this::isMine);
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A process id alone may by now be anybody's. */
    private boolean isMine(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(path.toString());
    }

    /** Process id, data folder, start time, port, ...: "Database File Layout" in PostgreSQL's documentation. */
    private List<String> postmasterPid() throws IOException {
        return Files.readAllLines(path.resolve("postmaster.pid"));
    }

    private static boolean ended(ProcessHandle process) {
        return process.onExit().thenApply(p -> true).completeOnTimeout(false, 5, TimeUnit.SECONDS).join();
    }

    /** As far as it goes: an ending server deletes as well, and what stays the next one to join will find. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (NoSuchFileException | UncheckedIOException e) {
            // deleted while we looked
        }
    }
}
