package io.github.pgpubsub.history.kept;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Writes the record of one process. Each line is one unbuffered write, so it survives a kill of the process. Thread-safe; times ascend
 * within a file.
 */
public final class KeptRecorder implements AutoCloseable {

    static final String SUFFIX = ".kept";

    /** Not a FileChannel: an interrupt closes a channel, and handlers may leave their thread interrupted. */
    private final OutputStream file;

    private KeptRecorder(OutputStream file) {
        this.file = file;
    }

    /** Opens the process's file in the directory that all processes of the run share. Appends to an existing file. */
    public static KeptRecorder into(Path directory, String process) {
        try {
            Files.createDirectories(directory);
            return new KeptRecorder(new FileOutputStream(directory.resolve(process + SUFFIX).toFile(), true));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void written(KeptEvent.Stage stage, KeptNumber message) {
        write(new KeptEvent.Written(0, "", stage, message));
    }

    public void delivered(KeptEvent.Phase phase, String group, KeptNumber message, boolean again, long epoch) {
        write(new KeptEvent.Delivered(0, "", phase, group, message, again, epoch));
    }

    public void effect(String group, KeptNumber message, long count) {
        write(new KeptEvent.Effect(0, "", group, message, count));
    }

    /** @param detail text for people */
    public void happened(KeptEvent.What what, String member, String detail) {
        write(new KeptEvent.Happened(0, "", what, member, detail.isEmpty() ? "-" : detail.replace(' ', '_')));
    }

    private synchronized void write(KeptEvent event) {
        String line = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + " " + event + "\n";
        try {
            file.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
