package io.github.pgpubsub.history;

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
 * Writes the history of one process. Each line is one unbuffered write, so it survives a kill of the process. Thread-safe. Times
 * ascend within a file.
 */
public final class HistoryWriter implements AutoCloseable {

    static final String SUFFIX = ".history";

    /** Not a FileChannel: an interrupt closes a channel, and routes may leave their thread interrupted. */
    private final OutputStream file;

    private HistoryWriter(OutputStream file) {
        this.file = file;
    }

    /** Opens the process's file in the directory that all processes of the run share. Appends to an existing file. */
    public static HistoryWriter into(Path directory, String process) {
        try {
            Files.createDirectories(directory);
            return new HistoryWriter(new FileOutputStream(directory.resolve(process + SUFFIX).toFile(), true));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void sending(String sender, long first, long last) {
        write(new Event.Sending(0, "", Event.Stage.SENDING, sender, first, last));
    }

    public void committed(String sender, long first, long last) {
        write(new Event.Sending(0, "", Event.Stage.COMMITTED, sender, first, last));
    }

    /** The messages were not sent. */
    public void failed(String sender, long first, long last) {
        write(new Event.Sending(0, "", Event.Stage.FAILED, sender, first, last));
    }

    /** The messages may have been sent. */
    public void unknown(String sender, long first, long last) {
        write(new Event.Sending(0, "", Event.Stage.UNKNOWN, sender, first, last));
    }

    /** @param id null: none */
    public void begin(Numbered message, boolean again, String id) {
        write(new Event.Begin(0, "", message, again, id == null ? "-" : id.replace(' ', '_')));
    }

    public void end(Numbered message) {
        write(new Event.End(0, "", message));
    }

    public void gap(long millis) {
        write(new Event.Gap(0, "", millis));
    }

    public void role(String from, String to) {
        write(new Event.Role(0, "", from, to));
    }

    public void happened(What what, String member) {
        happened(what, member, "-");
    }

    /** @param detail text for people */
    public void happened(What what, String member, String detail) {
        write(new Event.Happening(0, "", what, member, detail.replace(' ', '_')));
    }

    /** For an action on the server, which affects every member. */
    public void happenedToAll(What what, String detail) {
        happened(what, Event.Happening.EVERYBODY, detail);
    }

    private synchronized void write(Event event) {
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
