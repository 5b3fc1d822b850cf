package io.github.pgpubsub.history.kept;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The events of all processes of a run, ordered by time; those of one process with the same time keep their order.
 *
 * @param events oldest first
 */
public record KeptRecord(List<KeptEvent> events) {

    public KeptRecord {
        List<KeptEvent> sorted = new ArrayList<>(events);
        sorted.sort(Comparator.comparingLong(KeptEvent::micros));
        events = List.copyOf(sorted);
    }

    /** Reads all files of a directory. Ignores an incomplete last line, which a killed process may leave. */
    public static KeptRecord read(Path directory) {
        List<KeptEvent> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(KeptRecorder.SUFFIX)).sorted().toList()) {
                String name = file.getFileName().toString();
                read(name.substring(0, name.length() - KeptRecorder.SUFFIX.length()),
                        Files.readString(file, StandardCharsets.UTF_8), all);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new KeptRecord(all);
    }

    private static void read(String process, String text, List<KeptEvent> into) {
        int begin = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
            int blank = text.indexOf(' ', begin);
            into.add(KeptEvent.parse(Long.parseLong(text.substring(begin, blank)), process, text.substring(blank + 1, end)));
            begin = end + 1;
        }
    }

    /** Reads a record written by hand. Each line has the time in milliseconds, the process and the event. Empty lines are ignored. */
    public static KeptRecord of(String text) {
        return new KeptRecord(text.lines().map(String::strip).filter(line -> !line.isEmpty()).map(line -> {
            String[] words = line.split(" ", 3);
            return KeptEvent.parse(Long.parseLong(words[0]) * 1000, words[1], words[2]);
        }).toList());
    }

    /** Without all that is said of these messages, by their names. */
    public KeptRecord without(Set<String> messages) {
        return new KeptRecord(events.stream().filter(each -> !messages.contains(message(each))).toList());
    }

    /** Empty: it is not about one. */
    private static String message(KeptEvent event) {
        if (event instanceof KeptEvent.Written written) {
            return written.message().name();
        }
        return event instanceof KeptEvent.Delivered delivered ? delivered.message().name() : "";
    }

    /** The events of this kind, oldest first. */
    public <T extends KeptEvent> List<T> all(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
