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
 * The data folder of a running or stopped server. PostgreSQL writes the server's process id and port into {@code postmaster.pid}
 * there.
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

    /** Also the server's {@code cluster_name}: the process list shows it, and clients check that they reached this server. */
    String name() {
        return path.getFileName().toString();
    }

    /** Opens a session. Empty: no server answers, or the server is about to stop. */
    Optional<Seat> takeSeat(String role) {
        try {
            return Optional.of(Seat.take(Integer.parseInt(postmasterPid().get(3)), role, password(), name()));
        } catch (IOException | SQLException | IndexOutOfBoundsException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Saves the password for the other processes, in a folder that only this user can read. */
    void writePassword(String password) throws IOException {
        Files.writeString(passwordFile(), password);
    }

    private String password() throws IOException {
        return Files.readString(passwordFile());
    }

    private Path passwordFile() {
        return path.resolve("password-of-the-example");
    }

    /** Ends a server that still runs on this folder, and deletes the folder. */
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

    /** Checks the command line, because the process id may have been reused. */
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

    /** Deletes as much as possible: an ending server deletes the folder too, and the next join clears any leftovers. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (NoSuchFileException | UncheckedIOException e) {
            // The ending server has deleted the folder meanwhile.
        }
    }
}
